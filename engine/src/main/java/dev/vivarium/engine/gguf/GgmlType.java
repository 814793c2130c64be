package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the values of a tensor are stored: in blocks of so many values and bytes, one after the other along a row.
 *
 * <p>Numbers and block sizes: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md and
 * https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h (block_q4_0 and so on); {@link Blocks} says what the bytes
 * of a block mean.
 */
enum GgmlType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    /** Types that exist and are not read here, to call them by name. */
    private static final Map<Integer, String> OTHERS = Map.ofEntries(
            Map.entry(9, "Q8_1"),
            Map.entry(10, "Q2_K"),
            Map.entry(11, "Q3_K"),
            Map.entry(15, "Q8_K"),
            Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"),
            Map.entry(19, "IQ1_S"),
            Map.entry(20, "IQ4_NL"),
            Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"),
            Map.entry(23, "IQ4_XS"),
            Map.entry(24, "I8"),
            Map.entry(25, "I16"),
            Map.entry(26, "I32"),
            Map.entry(27, "I64"),
            Map.entry(28, "F64"),
            Map.entry(29, "IQ1_M"),
            Map.entry(34, "TQ1_0"),
            Map.entry(35, "TQ2_0"),
            Map.entry(39, "MXFP4"));

    private final int id;
    private final int blockValues;
    private final int blockBytes;

    GgmlType(int id, int blockValues, int blockBytes) {
        this.id = id;
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
    }

    int id() {
        return id;
    }

    int blockValues() {
        return blockValues;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Whether values are rounded to fewer bits than a float has and share a scale. */
    boolean quantised() {
        return blockValues > 1;
    }

    /** The type of a number in a file; {@code where} is the file and tensor for the error. */
    static GgmlType of(int id, String where) {
        for (GgmlType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        String known = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
        String name = OTHERS.getOrDefault(id, "the unknown type " + Integer.toUnsignedString(id));
        throw new InputException(
                where + ": is stored as " + name + ", which is not supported; take a file of " + known);
    }
}
