package dev.vivarium.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** The number format that imported weights are written in; rounding is to the nearest, ties to even. */
public enum FloatFormat {
    /** Exact for every type of a GGUF file. */
    FLOAT32("F32", 4),
    BFLOAT16("BF16", 2),
    FLOAT16("F16", 2);

    private final String safetensorsName;
    private final int bytes;

    FloatFormat(String safetensorsName, int bytes) {
        this.safetensorsName = safetensorsName;
        this.bytes = bytes;
    }

    /** Its name in {@code config.json}, such as {@code bfloat16}. */
    public String torchName() {
        return name().toLowerCase(Locale.ROOT);
    }

    String safetensorsName() {
        return safetensorsName;
    }

    int bytes() {
        return bytes;
    }

    /**
     * Writes values as little-endian bytes from the start of {@code packed}.
     *
     * @return how many of them are no finite numbers in this format
     */
    int pack(float[] values, int count, byte[] packed) {
        ByteBuffer out = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        return switch (this) {
            case FLOAT32 -> {
                out.asFloatBuffer().put(values, 0, count);
                int odd = 0;
                for (int i = 0; i < count; i++) {
                    odd += Float.isFinite(values[i]) ? 0 : 1;
                }
                yield odd;
            }
            case BFLOAT16 -> {
                int odd = 0;
                for (int i = 0; i < count; i++) {
                    int bits = Float.floatToRawIntBits(values[i]);
                    int rounded = bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
                    odd += (rounded & 0x7F80) == 0x7F80 || !Float.isFinite(values[i]) ? 1 : 0;
                    out.putShort(i * 2, (short) rounded);
                }
                yield odd;
            }
            case FLOAT16 -> {
                int odd = 0;
                for (int i = 0; i < count; i++) {
                    short half = Float.floatToFloat16(values[i]);
                    odd += (half & 0x7C00) == 0x7C00 ? 1 : 0;
                    out.putShort(i * 2, half);
                }
                yield odd;
            }
        };
    }
}
