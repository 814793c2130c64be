package dev.vivarium.engine.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Files that break one rule of the format each, with a part of the sentence that must name the fault. */
final class HostileFiles {
    private HostileFiles() {}

    record Hostile(String name, byte[] bytes, String sentence) {
        @Override
        public String toString() {
            return name;
        }
    }

    static byte[] file(String header, int dataBytes) {
        return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] file(byte[] header, int dataBytes) {
        return withLength(header.length, header, dataBytes);
    }

    private static byte[] withLength(long length, byte[] header, int dataBytes) {
        return ByteBuffer.allocate(8 + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header)
                .array();
    }

    private static String entry(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    static List<Hostile> all() {
        List<Hostile> all = new ArrayList<>();
        String good = entry("a", "F32", "[2]", "[0,8]");
        add(all, "empty file", new byte[0], "too short");
        add(all, "seven bytes", new byte[7], "too short");
        add(all, "zero header", withLength(0, new byte[0], 0), "does not start with '{'");
        add(all, "header beyond the file", withLength(1_000, "{}".getBytes(StandardCharsets.UTF_8), 0), "torn");
        add(all, "header above the cap", withLength(100_000_001, new byte[0], 64), "more than the 100000000");
        add(all, "header length negative", withLength(-1, new byte[0], 64), "18446744073709551615");
        add(all, "header length 2^62", withLength(1L << 62, new byte[0], 64), "more than");
        add(
                all,
                "big-endian length",
                withLength(Long.reverseBytes(2), "{}".getBytes(StandardCharsets.UTF_8), 0),
                "than");
        add(all, "array header", file("[]", 0), "does not start with '{'");
        add(all, "space before brace", file(" {}", 0), "does not start with '{'");
        add(all, "byte order mark", file("\uFEFF{}", 0), "does not start with '{'");
        add(all, "pickle", file("\u0080\u0002}q", 0), "does not start with '{'");
        add(all, "cut JSON", file("{" + good, 8), "malformed JSON");
        add(all, "trailing comma", file("{" + good + ",}", 8), "malformed JSON");
        add(all, "comment", file("{/*x*/" + good + "}", 8), "malformed JSON");
        add(all, "single quotes", file("{'a':1}", 0), "malformed JSON");
        add(all, "text after header", file("{" + good + "} x", 8), "malformed JSON");
        add(all, "second object", file("{" + good + "}{}", 8), "follows the header");
        add(all, "zero bytes after header", file("{" + good + "}\0\0", 8), "malformed JSON");
        add(all, "UTF-16 header", file("{}".getBytes(StandardCharsets.UTF_16LE), 0), "malformed JSON");
        add(all, "invalid UTF-8", file(new byte[] {'{', '"', (byte) 0xC3, '(', '"', ':', '1', '}'}, 0), "UTF-8");
        add(all, "duplicate tensor", file("{" + good + "," + good + "}", 8), "Duplicate field 'a'");
        add(
                all,
                "duplicate key in a tensor",
                file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
                "Duplicate field 'dtype'");
        add(all, "duplicate metadata", file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0), "Duplicate field 'k'");
        add(all, "metadata number", file("{\"__metadata__\":{\"k\":1}}", 0), "__metadata__ \"k\": expected a string");
        add(all, "metadata nested", file("{\"__metadata__\":{\"k\":{}}}", 0), "expected a string");
        add(all, "metadata null", file("{\"__metadata__\":null}", 0), "expected an object of strings");
        add(all, "tensor null", file("{\"a\":null}", 0), "tensor \"a\": expected an object");
        add(all, "no dtype", file("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8), "needs dtype, shape");
        add(all, "no shape", file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8), "needs dtype, shape");
        add(all, "no offsets", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8), "needs dtype, shape");
        add(all, "unknown key", file("{\"a\":{\"exec\":\"rm\"}}", 0), "unknown key \"exec\"");
        add(
                all,
                "unknown dtype",
                file("{" + entry("a", "F8_E4M3", "[8]", "[0,8]") + "}", 8),
                "dtype \"F8_E4M3\" is not");
        add(all, "lower-case dtype", file("{" + entry("a", "f32", "[2]", "[0,8]") + "}", 8), "dtype \"f32\" is not");
        add(all, "dtype number", file("{\"a\":{\"dtype\":1,\"shape\":[2],\"data_offsets\":[0,8]}}", 8), "a string");
        add(all, "negative size", file("{" + entry("a", "F32", "[-2]", "[0,8]") + "}", 8), "negative number -2");
        add(all, "fractional size", file("{" + entry("a", "F32", "[2.0]", "[0,8]") + "}", 8), "array of whole numbers");
        add(all, "size as text", file("{" + entry("a", "F32", "[\"2\"]", "[0,8]") + "}", 8), "array of whole numbers");
        add(
                all,
                "size beyond 63 bits",
                file("{" + entry("a", "F32", "[18446744073709551618]", "[0,8]") + "}", 8),
                "63");
        add(
                all,
                "product overflows",
                file("{" + entry("a", "U8", "[4294967296,4294967296]", "[0,0]") + "}", 0),
                "overflows");
        add(
                all,
                "bytes overflow",
                file("{" + entry("a", "F64", "[4611686018427387904]", "[0,0]") + "}", 0),
                "overflows");
        add(
                all,
                "overflow hidden by zero",
                file("{" + entry("a", "U8", "[4294967296,4294967296,0]", "[0,0]") + "}", 0),
                "overflows");
        add(
                all,
                "endless shape",
                file("{" + entry("a", "U8", "[" + "1,".repeat(64) + "1]", "[0,1]") + "}", 1),
                "than 64");
        add(all, "three offsets", file("{" + entry("a", "F32", "[2]", "[0,4,8]") + "}", 8), "more than 2 numbers");
        add(all, "one offset", file("{" + entry("a", "F32", "[2]", "[8]") + "}", 8), "two data_offsets");
        add(all, "offsets reversed", file("{" + entry("a", "F32", "[2]", "[8,0]") + "}", 8), "before it begins");
        add(all, "size too small for shape", file("{" + entry("a", "F32", "[2]", "[0,4]") + "}", 4), "need 8 bytes");
        add(all, "size too large for shape", file("{" + entry("a", "F32", "[2]", "[0,16]") + "}", 16), "need 8 bytes");
        add(all, "hole at the start", file("{" + entry("a", "F32", "[2]", "[4,12]") + "}", 12), "leaves a hole");
        add(
                all,
                "hole between",
                file("{" + good + "," + entry("b", "F32", "[1]", "[12,16]") + "}", 16),
                "leaves a hole");
        add(all, "overlap", file("{" + good + "," + entry("b", "F32", "[2]", "[4,12]") + "}", 12), "overlaps");
        add(all, "same place twice", file("{" + good + "," + entry("b", "F32", "[2]", "[0,8]") + "}", 8), "overlaps");
        add(all, "bytes after the last tensor", file("{" + good + "}", 9), "bytes follow the last tensor");
        add(all, "torn data", file("{" + good + "}", 7), "the file is torn");
        add(all, "data without tensors", file("{}", 4), "bytes follow");
        add(
                all,
                "nested too deep",
                file("{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}", 0),
                "expected an object");
        add(
                all,
                "deep inside shape",
                file("{" + entry("a", "F32", "[".repeat(99) + "]".repeat(99), "[0,0]") + "}", 0),
                "whole numbers");
        return all;
    }

    private static void add(List<Hostile> all, String name, byte[] bytes, String sentence) {
        all.add(new Hostile(name, bytes, sentence));
    }
}
