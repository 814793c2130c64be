package dev.vivarium.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tokenizers of the families, put into a file as llama.cpp's converter does and written back: the ids must be equal. */
class GgufTokenizerTest {
    private static final int TEXTS = 1_000;

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"qwen2.5,qwen2", "llama-3.1,llama-bpe"})
    void byteLevelTokenizersComeBackWithTheSameIds(String name, String pre) throws IOException {
        Path model = fixture(name);
        JsonNode json = Json.read(model.resolve("tokenizer.json"));
        GgufBuilder file = vocabulary(json, false)
                .text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", pre)
                .texts("tokenizer.ggml.merges", merges(json));

        assertSameIds(write(file), model, TestTexts.random(TEXTS));
    }

    @Test
    void sentencePieceComesBackWithTheSameIds() throws IOException {
        Path model = fixture("gemma-3");
        JsonNode json = Json.read(model.resolve("tokenizer.json"));
        GgufBuilder file = vocabulary(json, true)
                .text("tokenizer.ggml.model", "llama")
                .flag("tokenizer.ggml.add_space_prefix", false)
                .u32("tokenizer.ggml.bos_token_id", 2)
                .u32("tokenizer.ggml.unknown_token_id", 3);

        assertSameIds(write(file), model, TestTexts.random(TEXTS));
    }

    @Test
    void blanksOfUserDefinedTokensMayBeSpeltEitherWay() throws IOException {
        for (String two : List.of("\u2581\u2581", "  ")) {
            Path out = write(new GgufBuilder()
                    .text("tokenizer.ggml.model", "llama")
                    .flag("tokenizer.ggml.add_space_prefix", false)
                    .texts("tokenizer.ggml.tokens", List.of("<unk>", "\u2581", two, "w", "\u2581w"))
                    .ints("tokenizer.ggml.token_type", new int[] {
                        Tokens.UNKNOWN, Tokens.NORMAL, Tokens.USER_DEFINED, Tokens.NORMAL, Tokens.NORMAL
                    })
                    .floats("tokenizer.ggml.scores", new float[] {0, -1, 0, -2, -3})
                    .u32("tokenizer.ggml.unknown_token_id", 0));
            try (Tokenizer tokenizer = Tokenizer.load(out)) {
                assertThat(tokenizer.encode("w w  w")).containsExactly(3, 4, 2, 3);
                assertThat(tokenizer.decode(new int[] {3, 4, 2, 3}, false)).isEqualTo("w w  w");
            }
        }
    }

    @Test
    void theBeginningTokenIsSetBeforeATextWhereTheFileSaysSo() throws IOException {
        Path out = write(SmallModels.llama().flag("tokenizer.ggml.add_bos_token", true));
        JsonNode processor = Json.read(out.resolve("tokenizer.json")).get("post_processor");
        assertThat(processor
                        .get("processors")
                        .get(1)
                        .get("single")
                        .get(0)
                        .get("SpecialToken")
                        .get("id")
                        .textValue())
                .isEqualTo("<|start|>");
    }

    @ParameterizedTest
    @CsvSource({"smollm", "starcoder", "refact", "gpt-2", "llama-bpe", "qwen2", "default"})
    void everyKnownPreTokenizerLoadsAndLosesNothing(String pre) throws IOException {
        Path out = write(SmallModels.llama().text("tokenizer.ggml.pre", pre));
        try (Tokenizer tokenizer = Tokenizer.load(out)) {
            for (String text : TestTexts.random(200)) {
                String expected = pre.equals("qwen2") ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
                assertThat(tokenizer.decode(tokenizer.encode(text), false)).isEqualTo(expected);
            }
        }
    }

    @Test
    void wordsAreCutAsTheNameSays() throws IOException {
        // "h e" is the only merge, so what is cut between the two letters or digits shows in the number of tokens
        assertThat(count("gpt-2", "12")).isEqualTo(1);
        assertThat(count("smollm", "12")).isEqualTo(2);
        assertThat(count("qwen2", "12")).isEqualTo(2);
        assertThat(count("llama-bpe", "12")).isEqualTo(1);
        assertThat(count("default", "12")).isEqualTo(1);
    }

    private int count(String pre, String pair) throws IOException {
        String merge = pair.charAt(0) + " " + pair.charAt(1);
        List<String> tokens = new ArrayList<>(SmallModels.bytes());
        tokens.add(pair);
        int[] types = new int[tokens.size()];
        Arrays.fill(types, Tokens.NORMAL);
        Path out = write(new GgufBuilder()
                .text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", pre)
                .texts("tokenizer.ggml.tokens", tokens)
                .ints("tokenizer.ggml.token_type", types)
                .texts("tokenizer.ggml.merges", List.of(merge)));
        try (Tokenizer tokenizer = Tokenizer.load(out)) {
            return tokenizer.encode(pair).length;
        }
    }

    /** Writes the tokenizer alone: such a file has no weights. */
    private Path write(GgufBuilder file) throws IOException {
        Path out = Files.createTempDirectory(dir, "model");
        Path path = Files.write(out.resolve("model.gguf"), file.build());
        try (GgufFile gguf = GgufFile.open(path)) {
            Tokens tokens = Tokens.read(gguf.metadata(), 1_000_000);
            SpecialTokens roles = SpecialTokens.read(gguf.metadata(), tokens.count());
            new TokenizerFiles(gguf.metadata(), tokens, roles, 2048).write(out);
        }
        return out;
    }

    private static void assertSameIds(Path imported, Path model, List<String> texts) {
        try (Tokenizer actual = Tokenizer.load(imported);
                Tokenizer expected = Tokenizer.load(model)) {
            for (String text : texts) {
                int[] ids = expected.encode(text);
                assertThat(actual.encode(text)).as(text).isEqualTo(ids);
                assertThat(actual.decode(ids, true)).as(text).isEqualTo(expected.decode(ids, true));
            }
            assertThat(actual.vocabularySize()).isEqualTo(expected.vocabularySize());
        }
    }

    private static GgufBuilder vocabulary(JsonNode json, boolean plainBlanks) {
        JsonNode vocabulary = json.get("model").get("vocab");
        int size = 0;
        for (Map.Entry<String, JsonNode> token : vocabulary.properties()) {
            size = Math.max(size, token.getValue().intValue() + 1);
        }
        for (JsonNode token : json.get("added_tokens")) {
            size = Math.max(size, token.get("id").intValue() + 1);
        }
        String[] tokens = new String[size];
        int[] types = new int[size];
        Arrays.fill(types, Tokens.NORMAL);
        vocabulary.properties().forEach(token -> tokens[token.getValue().intValue()] = token.getKey());
        for (JsonNode token : json.get("added_tokens")) {
            int id = token.get("id").intValue();
            boolean special = token.get("special").booleanValue();
            types[id] = special ? Tokens.CONTROL : Tokens.USER_DEFINED;
            String text = token.get("content").textValue();
            tokens[id] = plainBlanks && !special ? text.replace('\u2581', ' ') : text;
        }
        float[] scores = new float[size];
        for (int id = 0; id < size; id++) {
            scores[id] = -id;
            if (tokens[id].matches("<0x[0-9A-F]{2}>")) {
                types[id] = Tokens.BYTE;
            }
        }
        GgufBuilder file = new GgufBuilder()
                .texts("tokenizer.ggml.tokens", List.of(tokens))
                .ints("tokenizer.ggml.token_type", types);
        return file.floats("tokenizer.ggml.scores", scores);
    }

    private static List<String> merges(JsonNode json) {
        List<String> merges = new ArrayList<>();
        json.get("model").get("merges").forEach(merge -> merges.add(merge.textValue()));
        return merges;
    }

    private static Path fixture(String name) {
        Path root = Path.of(System.getProperty("vivarium.fixtures", "../../shared/fixtures"));
        Path directory = root.resolve("tokenizers").resolve(name);
        Assumptions.assumeTrue(
                Files.isDirectory(directory), () -> directory + " is not here; set -Dvivarium.fixtures=DIR");
        return directory;
    }
}
