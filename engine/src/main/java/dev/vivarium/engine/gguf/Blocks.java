package dev.vivarium.engine.gguf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What the bytes of a block mean: packed bytes in, float32 values out, each rounded as the reference does it.
 *
 * <p>Layouts and the order of operations: https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h and
 * https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c ({@code dequantize_row_*}). d and m are half-precision
 * scales and offsets, q an unsigned code of 4, 5 or 6 bits.
 */
final class Blocks {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Values of a sub-block that share a scale in the K types. */
    private static final int SUB = 32;

    /** The offset of types that have none: added to -0 it leaves -0, as +0 would not. */
    private static final float NO_OFFSET = -0f;

    private Blocks() {}

    /**
     * Unpacks blocks that follow each other.
     *
     * @param packed {@code blocks} blocks from its start
     * @param values gets {@code blocks} times the block's values from its start
     */
    static void unpack(GgmlType type, byte[] packed, int blocks, float[] values) {
        switch (type) {
            case F32 -> {
                for (int i = 0; i < blocks; i++) {
                    values[i] = Float.intBitsToFloat(int32(packed, i * 4));
                }
            }
            case F16 -> {
                for (int i = 0; i < blocks; i++) {
                    values[i] = half(packed, i * 2);
                }
            }
            case BF16 -> {
                for (int i = 0; i < blocks; i++) {
                    values[i] = Float.intBitsToFloat((short) SHORT.get(packed, i * 2) << 16);
                }
            }
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> {
                for (int i = 0; i < blocks; i++) {
                    block(type, packed, i * type.blockBytes(), values, i * type.blockValues());
                }
            }
        }
    }

    private static void block(GgmlType type, byte[] packed, int in, float[] values, int out) {
        switch (type) {
            case Q8_0 -> q8(packed, in, values, out);
            case Q4_0 -> q4(packed, in + 2, half(packed, in), 8, NO_OFFSET, values, out);
            case Q4_1 -> q4(packed, in + 4, half(packed, in), 0, half(packed, in + 2), values, out);
            case Q5_0 -> q5(packed, in + 2, half(packed, in), 16, NO_OFFSET, values, out);
            case Q5_1 -> q5(packed, in + 4, half(packed, in), 0, half(packed, in + 2), values, out);
            case Q4_K -> q4k(packed, in, values, out);
            case Q5_K -> q5k(packed, in, values, out);
            case Q6_K -> q6k(packed, in, values, out);
            case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no blocks");
        }
    }

    /** d, 32 signed bytes. */
    private static void q8(byte[] packed, int in, float[] values, int out) {
        float d = half(packed, in);
        for (int i = 0; i < 32; i++) {
            values[out + i] = packed[in + 2 + i] * d;
        }
    }

    /** 16 bytes: the low halves are the first 16 codes, the high halves the others. */
    private static void q4(byte[] packed, int codes, float d, int zero, float m, float[] values, int out) {
        for (int i = 0; i < 16; i++) {
            int pair = packed[codes + i];
            values[out + i] = ((pair & 0xF) - zero) * d + m;
            values[out + 16 + i] = ((pair >> 4 & 0xF) - zero) * d + m;
        }
    }

    /** 32 bits, the fifth of each code, then 16 bytes as in {@link #q4}. */
    private static void q5(byte[] packed, int in, float d, int zero, float m, float[] values, int out) {
        int high = int32(packed, in);
        for (int i = 0; i < 16; i++) {
            int pair = packed[in + 4 + i];
            values[out + i] = ((pair & 0xF | (high >>> i & 1) << 4) - zero) * d + m;
            values[out + 16 + i] = ((pair >> 4 & 0xF | (high >>> i + 16 & 1) << 4) - zero) * d + m;
        }
    }

    /** d, m, 12 bytes of eight 6-bit scales and eight 6-bit offsets, 128 bytes of codes. */
    private static void q4k(byte[] packed, int in, float[] values, int out) {
        float d = half(packed, in);
        float m = half(packed, in + 2);
        for (int sub = 0; sub < 8; sub++) {
            float scale = d * scale(packed, in + 4, sub);
            float offset = m * offset(packed, in + 4, sub);
            int codes = in + 16 + sub / 2 * SUB;
            int shift = sub % 2 * 4;
            for (int i = 0; i < SUB; i++) {
                values[out + sub * SUB + i] = scale * (packed[codes + i] >> shift & 0xF) - offset;
            }
        }
    }

    /** As {@link #q4k}, with 32 bytes of fifth bits before the codes: bit s of byte i belongs to sub-block s. */
    private static void q5k(byte[] packed, int in, float[] values, int out) {
        float d = half(packed, in);
        float m = half(packed, in + 2);
        for (int sub = 0; sub < 8; sub++) {
            float scale = d * scale(packed, in + 4, sub);
            float offset = m * offset(packed, in + 4, sub);
            int codes = in + 48 + sub / 2 * SUB;
            int shift = sub % 2 * 4;
            for (int i = 0; i < SUB; i++) {
                int code = packed[codes + i] >> shift & 0xF | (packed[in + 16 + i] >> sub & 1) << 4;
                values[out + sub * SUB + i] = scale * code - offset;
            }
        }
    }

    private static int scale(byte[] packed, int at, int sub) {
        return sub < 4 ? packed[at + sub] & 63 : packed[at + sub + 4] & 0xF | (packed[at + sub - 4] >> 6 & 3) << 4;
    }

    private static int offset(byte[] packed, int at, int sub) {
        return sub < 4 ? packed[at + sub + 4] & 63 : packed[at + sub + 4] >> 4 & 0xF | (packed[at + sub] >> 6 & 3) << 4;
    }

    /** 128 bytes of low halves, 64 bytes of upper two bits, 16 signed scales, d; each half of the block has 128 values. */
    private static void q6k(byte[] packed, int in, float[] values, int out) {
        float d = half(packed, in + 208);
        for (int part = 0; part < 8; part++) {
            int half = part / 4;
            int quarter = part % 4;
            int low = in + half * 64 + quarter % 2 * SUB;
            int lowShift = quarter / 2 * 4;
            int high = in + 128 + half * SUB;
            int highShift = quarter * 2;
            for (int i = 0; i < SUB; i++) {
                float scale = d * packed[in + 192 + part * 2 + i / 16];
                int code = packed[low + i] >> lowShift & 0xF | (packed[high + i] >> highShift & 3) << 4;
                values[out + part * SUB + i] = scale * (code - 32);
            }
        }
    }

    private static float half(byte[] packed, int at) {
        return Float.float16ToFloat((short) SHORT.get(packed, at));
    }

    private static int int32(byte[] packed, int at) {
        return (int) INT.get(packed, at);
    }
}
