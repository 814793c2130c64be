package dev.vivarium.engine.gguf;

/** The types of metadata values; the order is the format's numbering. */
enum ValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(0),
    ARRAY(0),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private final int bytes;

    ValueType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one value; 0 where it varies. */
    int bytes() {
        return bytes;
    }

    /** Fewest bytes a value can take in a file: that of an empty string is its length. */
    int leastBytes() {
        return bytes == 0 ? Long.BYTES : bytes;
    }

    boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> false;
        };
    }
}
