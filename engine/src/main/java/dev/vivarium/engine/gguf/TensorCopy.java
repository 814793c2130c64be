package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes one tensor of a file in its new place and format, some rows at a time. */
final class TensorCopy {
    /** Values in memory at once; a row is never cut. */
    private static final int CHUNK = 1 << 18;

    private final GgufFile file;
    private final TensorPlan.Item item;
    private final FloatFormat format;

    TensorCopy(GgufFile file, TensorPlan.Item item, FloatFormat format) {
        this.file = file;
        this.item = item;
        this.format = format;
    }

    void write(OutputStream out) throws IOException {
        GgmlType type = item.source().type();
        MemorySegment data = file.data(item.source());
        int columns = item.columns();
        int rowBytes = columns / type.blockValues() * type.blockBytes();
        int most = Math.min(item.rows(), Math.max(1, CHUNK / columns));
        byte[] packed = new byte[most * rowBytes];
        float[] values = new float[most * columns];
        byte[] encoded = new byte[values.length * format.bytes()];
        for (int row = 0; row < item.rows(); row += most) {
            int rows = Math.min(most, item.rows() - row);
            if (item.pairedHeads() == 0) {
                copy(data, (long) row * rowBytes, packed, 0, rows * rowBytes);
            } else {
                for (int i = 0; i < rows; i++) {
                    copy(data, (long) paired(row + i) * rowBytes, packed, i * rowBytes, rowBytes);
                }
            }
            Blocks.unpack(type, packed, rows * columns / type.blockValues(), values);
            int count = rows * columns;
            if (item.shift() != 0) {
                for (int i = 0; i < count; i++) {
                    values[i] += item.shift();
                }
            }
            int odd = format.pack(values, count, encoded);
            if (odd > 0) {
                throw new InputException(file.path() + ": tensor \""
                        + item.source().name() + "\" holds values that are"
                        + " no finite numbers in " + format.torchName() + "; "
                        + (format == FloatFormat.FLOAT16 ? "choose float32 or bfloat16" : "the file is damaged"));
            }
            out.write(encoded, 0, count * format.bytes());
        }
    }

    /**
     * Where the file has a row of the model. Within a head of 2n rows, row a n + j of the model, with a 0 or 1, turns
     * together with row (1 - a) n + j; the file has the two next to each other, at 2 j + a.
     */
    private int paired(int row) {
        int headDim = item.rows() / item.pairedHeads();
        int within = row % headDim;
        int half = headDim / 2;
        return row - within + within % half * 2 + within / half;
    }

    private static void copy(MemorySegment from, long at, byte[] to, int index, int count) {
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, to, index, count);
    }
}
