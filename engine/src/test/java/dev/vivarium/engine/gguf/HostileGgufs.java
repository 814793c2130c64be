package dev.vivarium.engine.gguf;

import static dev.vivarium.engine.gguf.GgufBuilder.int32;
import static dev.vivarium.engine.gguf.GgufBuilder.int64;
import static dev.vivarium.engine.gguf.GgufBuilder.join;
import static dev.vivarium.engine.gguf.GgufBuilder.string;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** GGUF files that break one rule each, with a part of the sentence that must name the fault. */
final class HostileGgufs {
    private static final long HUGE = 1L << 61;

    private HostileGgufs() {}

    record Hostile(String name, byte[] bytes, String sentence) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Hostile> all() {
        List<Hostile> all = new ArrayList<>();
        byte[] good = SmallModels.llama().build();
        add(all, "empty file", new byte[0], "too short");
        add(all, "a header less one byte", Arrays.copyOf(good, 23), "too short");
        add(all, "wrong magic", with(good, 0, 'g'), "does not begin with \"GGUF\"");
        add(all, "version 1", SmallModels.llama().version(1).build(), "GGUF version 1,");
        add(all, "version 99", SmallModels.llama().version(99).build(), "GGUF version 99,");
        add(all, "version 2^31", SmallModels.llama().version(1 << 31).build(), "GGUF version 2147483648,");
        add(all, "big-endian", SmallModels.llama().version(3 << 24).build(), "big-endian");
        addCounts(all);
        addMetadata(all);
        addTensors(all, good);
        addModels(all);
        addTokenizers(all);
        return all;
    }

    private static void addCounts(List<Hostile> all) {
        add(all, "tensor count 2^61", SmallModels.llama().claimTensors(HUGE).build(), "2305843009213693952 tensors");
        add(all, "tensor count negative", SmallModels.llama().claimTensors(-2).build(), "18446744073709551614 tensors");
        add(
                all,
                "tensor count beyond the index",
                SmallModels.llama().claimTensors(200).build(),
                "malformed");
        add(all, "key count 2^61", SmallModels.llama().claimKeys(HUGE).build(), "2305843009213693952 metadata keys");
        add(all, "one key too many", SmallModels.llama().claimKeys(26).build(), "");
        byte[] many = join(
                "GGUF".getBytes(StandardCharsets.US_ASCII), int32(3), int64(20_000), int64(0), new byte[20_000 * 40]);
        add(all, "twenty thousand tensors", many, "more than the 10000 allowed");
        add(
                all,
                "text of 2^61 bytes",
                SmallModels.llama().raw("a", 8, int64(HUGE)).build(),
                "bytes of metadata \"a\"");
        add(all, "text of -1 bytes", SmallModels.llama().raw("a", 8, int64(-1)).build(), "18446744073709551615 bytes");
        add(
                all,
                "list of 2^61 numbers",
                SmallModels.llama().raw("a", 9, join(int32(10), int64(HUGE))).build(),
                "values of metadata \"a\"");
        add(
                all,
                "list of 2^60 texts",
                SmallModels.llama()
                        .raw("a", 9, join(int32(8), int64(HUGE >> 1)))
                        .build(),
                "values of metadata \"a\"");
        add(
                all,
                "list whose last text is long",
                SmallModels.llama()
                        .raw("a", 9, join(int32(8), int64(2), string("x"), int64(HUGE)))
                        .build(),
                "bytes of metadata \"a\"");
    }

    private static void addMetadata(List<Hostile> all) {
        add(all, "key that is empty", SmallModels.llama().u32("", 1).build(), "plain ASCII");
        add(all, "key with an escape", SmallModels.llama().u32("a\u001b[2J", 1).build(), "plain ASCII");
        add(
                all,
                "key of 70,000 bytes",
                SmallModels.llama().u32("k".repeat(70_000), 1).build(),
                "more than the 65535 allowed");
        byte[] twice = new GgufBuilder().u32("a", 1).u32("b", 1).build();
        add(all, "key twice", with(twice, 24 + 16 + 9, 'a'), "metadata \"a\" stands in the file twice");
        add(all, "type 13", SmallModels.llama().raw("a", 13, new byte[8]).build(), "unknown type 13");
        add(all, "type -1", SmallModels.llama().raw("a", -1, new byte[8]).build(), "unknown type 4294967295");
        add(
                all,
                "list of lists",
                SmallModels.llama()
                        .raw("a", 9, join(int32(9), int64(1), int32(9)))
                        .build(),
                "list of lists");
        add(
                all,
                "flag 2",
                SmallModels.llama()
                        .raw("tokenizer.ggml.add_bos_token", 7, new byte[] {2})
                        .build(),
                "true or false");
        add(all, "alignment 0", SmallModels.llama().u32("general.alignment", 0).build(), "general.alignment is 0");
        add(
                all,
                "alignment 33",
                SmallModels.llama().u32("general.alignment", 33).build(),
                "general.alignment is 33");
        add(
                all,
                "alignment as text",
                SmallModels.llama().text("general.alignment", "32").build(),
                "a whole number");
        byte[] broken = SmallModels.llama()
                .raw("general.architecture", 8, join(int64(2), new byte[] {(byte) 0xC3, '('}))
                .build();
        add(all, "text that is no UTF-8", broken, "UTF-8");
    }

    private static void addTensors(List<Hostile> all, byte[] good) {
        byte[] value = new byte[32];
        long[] one = {1};
        add(all, "torn in the index", Arrays.copyOf(good, good.length - 3200), "");
        add(all, "torn in the data", Arrays.copyOf(good, good.length - 32), "torn");
        add(all, "bytes after the end", Arrays.copyOf(good, good.length + 64), "bytes follow the last tensor");
        add(all, "no dimension", tensor(0, new long[0]), "0 dimensions");
        add(all, "five dimensions", tensor(0, new long[] {1, 1, 1, 1, 1}), "5 dimensions");
        add(all, "size 0", tensor(0, new long[] {4, 0}), "a size of 0");
        add(all, "size negative", tensor(0, new long[] {-4}), "a size of 18446744073709551612");
        add(all, "sizes overflow", tensor(0, new long[] {1L << 40, 1L << 40}), "overflows");
        add(all, "bytes overflow", tensor(0, new long[] {Long.MAX_VALUE}), "overflows");
        add(all, "data beyond the file", tensor(0, new long[] {1L << 40}), "torn");
        add(all, "type 31", tensor(31, one), "unknown type 31");
        add(all, "type -1", tensor(-1, one), "unknown type 4294967295");
        add(all, "type that is not read", tensor(16, new long[] {256}), "stored as IQ2_XXS");
        add(all, "rows that are no blocks", tensor(12, new long[] {128}), "no whole blocks of 256");
        add(
                all,
                "name of 65 bytes",
                new GgufBuilder().tensor("n".repeat(65), 0, one, value).build(),
                "than the 64");
        add(all, "offset misaligned", moved(4), "not aligned to 32 bytes");
        add(all, "offset negative", moved(-64), "instead of");
        add(all, "offset beyond the file", moved(1L << 50), "leaves a hole");
        add(all, "offset 2^63", moved(Long.MIN_VALUE), "instead of");
        add(all, "overlap", moved(-32), "overlaps the tensor before it");
        add(all, "hole", moved(32), "leaves a hole");
        add(
                all,
                "name twice",
                new GgufBuilder()
                        .tensor("a", 0, one, value)
                        .tensor("a", 0, one, value)
                        .build(),
                "tensor \"a\": stands in the file twice");
    }

    private static byte[] tensor(int type, long[] dims) {
        return SmallModels.llama().tensor("x", type, dims, new byte[32]).build();
    }

    private static byte[] moved(long by) {
        return SmallModels.llama()
                .tensor("x", 0, new long[] {1}, new byte[4], by)
                .build();
    }

    private static void addModels(List<Hostile> all) {
        add(all, "no metadata", new GgufBuilder().build(), "\"general.architecture\" is missing");
        add(
                all,
                "other architecture",
                SmallModels.model("mamba", false).build(),
                "architecture \"mamba\" is not supported");
        add(all, "adapter", SmallModels.llama().text("general.type", "adapter").build(), "holds a GGUF adapter");
        add(
                all,
                "part of a model",
                SmallModels.llama().raw("split.count", 2, new byte[] {3, 0}).build(),
                "one part of");
        add(
                all,
                "old blocks",
                SmallModels.llama().u32("general.quantization_version", 1).build(),
                "only 2 is supported");
        add(
                all,
                "missing tensor",
                SmallModels.llama().without("blk.0.ffn_up.weight").build(),
                "\"blk.0.ffn_up.weight\" is missing");
        add(
                all,
                "missing size",
                SmallModels.llama().without("llama.block_count").build(),
                "\"llama.block_count\" is missing");
        add(
                all,
                "a billion blocks",
                SmallModels.llama().u32("llama.block_count", 1 << 30).build(),
                "not from 1 to");
        add(
                all,
                "ten million blocks",
                SmallModels.llama().u32("llama.block_count", 10_000_000).build(),
                "\"blk.1.attn_norm.weight\" is missing");
        add(
                all,
                "other width",
                SmallModels.llama().u32("llama.feed_forward_length", 7).build(),
                "asks for [7, 8]");
        add(
                all,
                "heads that do not divide",
                SmallModels.llama().u32("llama.attention.head_count_kv", 3).build(),
                "do not fit together");
        add(
                all,
                "sizes as a list",
                SmallModels.llama()
                        .ints("llama.attention.head_count", new int[] {2})
                        .build(),
                "is a list");
        add(all, "tensor without a place", tensor(0, new long[] {8}), "\"x\" has no place");
        add(all, "experts", SmallModels.llama().u32("llama.expert_count", 8).build(), "llama.expert_count");
        add(
                all,
                "window",
                SmallModels.llama().u32("llama.attention.sliding_window", 8).build(),
                "sliding_window\" is 8");
        add(
                all,
                "yarn",
                SmallModels.llama().text("llama.rope.scaling.type", "yarn").build(),
                "yarn");
        add(
                all,
                "half a rotary embedding",
                SmallModels.llama().u32("llama.rope.dimension_count", 2).build(),
                "where 4 is needed");
        add(
                all,
                "unknown rotary factors",
                SmallModels.llama()
                        .floatTensor("rope_freqs.weight", new float[] {1, 7}, 2)
                        .build(),
                "is not supported");
        add(
                all,
                "epsilon that is no number",
                SmallModels.llama()
                        .f32("llama.attention.layer_norm_rms_epsilon", Float.NaN)
                        .build(),
                "not between 0 and 1");
    }

    private static void addTokenizers(List<Hostile> all) {
        String tokens = "tokenizer.ggml.tokens";
        add(all, "no tokens", SmallModels.llama().without(tokens).build(), "\"" + tokens + "\" is missing");
        add(
                all,
                "numbers for tokens",
                SmallModels.llama().ints(tokens, new int[4]).build(),
                "a list of texts");
        add(all, "one text for tokens", SmallModels.llama().text(tokens, "a").build(), "must be a list");
        add(
                all,
                "too many tokens",
                SmallModels.llama().texts(tokens, Collections.nCopies(300, "a")).build(),
                "300 tokens, more than the 260 rows");
        add(
                all,
                "token twice",
                SmallModels.llama()
                        .texts(tokens, List.of("a", "b", "a"))
                        .ints("tokenizer.ggml.token_type", new int[] {1, 1, 1})
                        .build(),
                "tokens 0 and 2 are both spelt \"a\"");
        add(
                all,
                "types that do not fit",
                SmallModels.llama()
                        .ints("tokenizer.ggml.token_type", new int[] {1})
                        .build(),
                "has 1 values but there are 260 tokens");
        add(
                all,
                "unknown token type",
                SmallModels.llama()
                        .texts(tokens, List.of("a"))
                        .ints("tokenizer.ggml.token_type", new int[] {7})
                        .build(),
                "unknown type 7");
        add(
                all,
                "end beyond the vocabulary",
                SmallModels.llama().u32("tokenizer.ggml.eos_token_id", 260).build(),
                "only 260 tokens");
        add(
                all,
                "merge of no token",
                SmallModels.llama()
                        .texts("tokenizer.ggml.merges", List.of("h zz"))
                        .build(),
                "\"zz\", which is no token");
        add(
                all,
                "merge without a space",
                SmallModels.llama()
                        .texts("tokenizer.ggml.merges", List.of("he"))
                        .build(),
                "which is no token");
        add(
                all,
                "no merges",
                SmallModels.llama().without("tokenizer.ggml.merges").build(),
                "merges\" is missing");
        add(
                all,
                "unknown pre-tokenizer",
                SmallModels.llama().text("tokenizer.ggml.pre", "viking").build(),
                "pre-tokenizer \"viking\" is not supported");
        add(
                all,
                "no pre-tokenizer",
                SmallModels.llama().without("tokenizer.ggml.pre").build(),
                "is missing, so how texts are cut");
        add(
                all,
                "unknown tokenizer",
                SmallModels.llama().text("tokenizer.ggml.model", "t5").build(),
                "tokenizer model \"t5\" is not supported");
        add(
                all,
                "SentencePiece without scores",
                SmallModels.llama().text("tokenizer.ggml.model", "llama").build(),
                "scores\" is missing");
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static void add(List<Hostile> all, String name, byte[] bytes, String sentence) {
        all.add(new Hostile(name, bytes, sentence));
    }
}
