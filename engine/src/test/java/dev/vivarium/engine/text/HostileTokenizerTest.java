package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Refusals;
import dev.vivarium.engine.base.Refusals.Hostile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code tokenizer.json} and {@code tokenizer_config.json} that are no tokenizer's. */
class HostileTokenizerTest {
    private static final String VOCABULARY = "{\"a\":0,\"b\":1,\"ab\":2}";
    private static final String ADDED = "{\"id\":3,\"content\":\"<s>\",\"special\":true,\"single_word\":false,"
            + "\"lstrip\":false,\"rstrip\":false,\"normalized\":false}";
    private static final String GOOD = "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":["
            + ADDED + "],\"normalizer\":null,\"pre_tokenizer\":null,\"post_processor\":null,\"decoder\":null,"
            + "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,\"continuing_subword_prefix\":null,"
            + "\"end_of_word_suffix\":null,\"fuse_unk\":false,\"byte_fallback\":false,\"vocab\":" + VOCABULARY
            + ",\"merges\":[[\"a\",\"b\"]]}}";

    @TempDir
    Path dir;

    static List<Hostile> hostileTokenizers() {
        List<Hostile> all = new ArrayList<>();
        add(all, "empty file", "", "is not a JSON object");
        add(all, "a list", "[]", "is not a JSON object");
        add(all, "torn", GOOD.substring(0, GOOD.length() - 30), "malformed JSON");
        add(all, "text after it", GOOD + "{}", "more text after its end");
        add(all, "nested too deep", "{\"x\":" + "[".repeat(9_000) + "]".repeat(9_000) + "}", "nesting depth");
        add(all, "no vocabulary", "{\"model\":{}}", "has no vocabulary");
        add(all, "model as a list", "{\"model\":[1]}", "has no vocabulary");
        add(all, "empty vocabulary", "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}", "has no vocabulary");
        add(all, "unigram", GOOD.replace(VOCABULARY, "[[\"a\",0]]"), "not Unigram");
        add(all, "model of an unknown type", GOOD.replace("\"BPE\"", "\"Markov\""), "not a tokenizer that can be used");
        add(all, "model type as a number", GOOD.replace("\"BPE\"", "7"), "not a tokenizer that can be used");
        for (String id : List.of("-1", "2000001", "4294967296", "9".repeat(40))) {
            add(all, "id " + id, GOOD.replace("\"ab\":2", "\"ab\":" + id), "a token id out of range");
            add(all, "added id " + id, GOOD.replace("\"id\":3", "\"id\":" + id), "a token id out of range");
        }
        for (String id : List.of("1.5", "\"2\"", "null", "[2]", "{}")) {
            add(all, "id " + id, GOOD.replace("\"ab\":2", "\"ab\":" + id), "whose id is not a whole number");
        }
        add(all, "one id for two", GOOD.replace("\"ab\":2", "\"ab\":1"), "gives id 1 to both \"b\" and \"ab\"");
        add(all, "one id for an added one too", GOOD.replace("\"id\":3", "\"id\":2"), "gives id 2 to both");
        add(all, "two ids for one", GOOD.replace("\"<s>\"", "\"ab\""), "gives \"ab\" both id");
        add(all, "token twice", GOOD.replace("\"ab\":2", "\"a\":2"), "Duplicate field 'a'");
        add(all, "vocabulary twice", GOOD.replace("\"merges\"", "\"vocab\":{},\"merges\""), "Duplicate field 'vocab'");
        add(
                all,
                "added tokens as an object",
                GOOD.replace("[" + ADDED + "]", "{}"),
                "added_tokens that are not a list");
        add(all, "added token as a text", GOOD.replace(ADDED, "\"x\""), "an added token that is not an object");
        add(all, "added token without content", GOOD.replace("\"content\":\"<s>\",", ""), "without id or content");
        add(all, "added token without id", GOOD.replace("\"id\":3,", ""), "without id or content");
        add(all, "content as an object", GOOD.replace("\"<s>\"", "{\"id\":9}"), "whose content is not a text");
        add(all, "special as a text", GOOD.replace("\"special\":true", "\"special\":\"no\""), "neither true nor false");
        add(all, "merge of unknown tokens", GOOD.replace("[\"a\",\"b\"]", "[\"x\",\"y\"]"), "not a tokenizer that can");
        add(all, "merge of three", GOOD.replace("[\"a\",\"b\"]", "[\"a\",\"b\",\"a\"]"), "not a tokenizer that can");
        add(all, "merges as a text", GOOD.replace("[[\"a\",\"b\"]]", "\"a b\""), "not a tokenizer that can be used");
        String split = "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\",\"invert\":false}";
        add(
                all,
                "broken expression",
                GOOD.replace("\"pre_tokenizer\":null", "\"pre_tokenizer\":" + split),
                "not a tok");
        String deep = "{\"type\":\"Sequence\",\"pretokenizers\":[".repeat(25) + "]}".repeat(25);
        add(
                all,
                "parts in parts",
                GOOD.replace("\"pre_tokenizer\":null", "\"pre_tokenizer\":" + deep + "7"),
                "malformed");
        return all;
    }

    private static void add(List<Hostile> all, String name, String content, String sentence) {
        all.add(new Hostile(name, content, sentence));
    }

    @ParameterizedTest
    @MethodSource("hostileTokenizers")
    void hostileTokenizerIsRefusedInOneSentence(Hostile hostile) throws IOException {
        Files.writeString(dir.resolve(Tokenizer.FILE), hostile.content());
        Refusals.assertRefused(dir, () -> Tokenizer.load(dir).close(), hostile.sentence());
    }

    @Test
    void theSameTokenizerWithoutAFaultIsRead() {
        try (Tokenizer tokenizer = Tokenizer.parse(GOOD, "good")) {
            assertThat(tokenizer.encode("ab<s>a")).containsExactly(2, 3, 0);
        }
    }

    static List<Hostile> hostileTokenizerConfigs() {
        List<Hostile> all = new ArrayList<>();
        add(all, "empty file", "", "empty");
        add(all, "a list", "[]", "nor a chat_template");
        add(all, "template of another kind", "{\"chat_template\":7}", "nor a chat_template");
        add(
                all,
                "templates without a default",
                "{\"chat_template\":[{\"name\":\"x\",\"template\":\"\"}]}",
                "nor a chat");
        add(
                all,
                "end token as a number",
                "{\"chat_template\":\"\",\"eos_token\":7}",
                "eos_token must be a token; it is 7");
        add(all, "end token twice", "{\"eos_token\":\"a\",\"eos_token\":\"b\"}", "Duplicate field 'eos_token'");
        add(all, "endless template", "{\"chat_template\":\"" + "x".repeat(200_000) + "\"}", "longer than 100000");
        return all;
    }

    @ParameterizedTest
    @MethodSource("hostileTokenizerConfigs")
    void hostileTokenizerConfigIsRefusedInOneSentence(Hostile hostile) throws IOException {
        Files.writeString(dir.resolve(Tokenizer.CONFIG_FILE), hostile.content());
        Refusals.assertRefused(dir, () -> ChatTemplate.load(dir), hostile.sentence());
    }
}
