package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/** Models of a few values, as files. */
final class SmallModels {
    static final int VOCABULARY = 260;
    private static final int HIDDEN = 8;
    private static final int INTERMEDIATE = 6;
    private static final int HEAD_DIM = 4;
    private static final int HEADS = 2;

    private SmallModels() {}

    /** The 256 bytes as byte-level tokenizers spell them. */
    static List<String> bytes() {
        List<String> characters = new ArrayList<>();
        int extra = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            characters.add(Character.toString(printable ? b : extra++));
        }
        return characters;
    }

    /** A whole one-layer model of the architecture llama with a byte-level tokenizer. */
    static GgufBuilder llama() {
        return model("llama", false);
    }

    /** The metadata and tensors that all architectures share, of random values. */
    static GgufBuilder model(String architecture, boolean gemma) {
        String family = architecture + ".";
        GgufBuilder file = tokenizer(new GgufBuilder()
                .text("general.architecture", architecture)
                .u32(family + "block_count", 1)
                .u32(family + "context_length", 64)
                .u32(family + "embedding_length", HIDDEN)
                .u32(family + "feed_forward_length", INTERMEDIATE)
                .u32(family + "attention.head_count", HEADS)
                .u32(family + "attention.head_count_kv", 1)
                .u32(family + "attention.key_length", HEAD_DIM)
                .f32(family + "attention.layer_norm_rms_epsilon", 1e-5f));
        add(file, "token_embd.weight", HIDDEN, VOCABULARY);
        add(file, "output_norm.weight", HIDDEN);
        add(file, "blk.0.attn_norm.weight", HIDDEN);
        add(file, "blk.0.attn_q.weight", HIDDEN, HEADS * HEAD_DIM);
        add(file, "blk.0.attn_k.weight", HIDDEN, HEAD_DIM);
        add(file, "blk.0.attn_v.weight", HIDDEN, HEAD_DIM);
        add(file, "blk.0.attn_output.weight", HEADS * HEAD_DIM, HIDDEN);
        add(file, "blk.0.ffn_norm.weight", HIDDEN);
        add(file, "blk.0.ffn_gate.weight", HIDDEN, INTERMEDIATE);
        add(file, "blk.0.ffn_up.weight", HIDDEN, INTERMEDIATE);
        add(file, "blk.0.ffn_down.weight", INTERMEDIATE, HIDDEN);
        if (gemma) {
            file.u32(family + "attention.sliding_window", 16);
            add(file, "blk.0.attn_q_norm.weight", HEAD_DIM);
            add(file, "blk.0.attn_k_norm.weight", HEAD_DIM);
            add(file, "blk.0.post_attention_norm.weight", HIDDEN);
            add(file, "blk.0.post_ffw_norm.weight", HIDDEN);
        }
        return file;
    }

    private static GgufBuilder tokenizer(GgufBuilder file) {
        List<String> tokens = new ArrayList<>(bytes());
        tokens.addAll(List.of("he", "<|start|>", "<|end|>", "[PAD259]"));
        int[] types = new int[tokens.size()];
        java.util.Arrays.fill(types, Tokens.NORMAL);
        types[257] = Tokens.CONTROL;
        types[258] = Tokens.CONTROL;
        types[259] = Tokens.UNUSED;
        return file.text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", "gpt-2")
                .texts("tokenizer.ggml.tokens", tokens)
                .ints("tokenizer.ggml.token_type", types)
                .texts("tokenizer.ggml.merges", List.of("h e"))
                .u32("tokenizer.ggml.bos_token_id", 257)
                .u32("tokenizer.ggml.eos_token_id", 258)
                .text("tokenizer.chat_template", "{{ messages[0]['content'] }}");
    }

    static void add(GgufBuilder file, String name, long... dims) {
        long count = 1;
        for (long size : dims) {
            count *= size;
        }
        file.floatTensor(name, values(name, (int) count), dims);
    }

    /** The values that {@link #add} gives a tensor. */
    static float[] values(String name, int count) {
        CounterRandom random = CounterRandom.of(1, name);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.uniform(i) - 0.5f;
        }
        return values;
    }
}
