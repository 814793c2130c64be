package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    @TempDir
    Path dir;

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#tokenizers")
    void idsAndDecodedTextAndStreamedTextAreThoseOfTransformers(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.tokenizer(name))) {
            List<JsonNode> rows = Fixtures.lines("tokenizers/" + name + ".jsonl");
            assertThat(rows).isNotEmpty();
            for (JsonNode row : rows) {
                String text = row.get("text").textValue();
                int[] ids = Fixtures.ints(row.get("ids"));
                assertThat(tokenizer.encode(text)).as("ids of %s", row).isEqualTo(ids);
                assertThat(tokenizer.decode(ids, false))
                        .as("text of %s", row)
                        .isEqualTo(row.get("decoded").textValue());
                StringBuilder streamed = new StringBuilder();
                StreamingDecoder decoder = tokenizer.streaming(false);
                for (int id : ids) {
                    streamed.append(decoder.add(id));
                }
                streamed.append(decoder.finish());
                assertThat(streamed.toString())
                        .as("stream of %s", row)
                        .isEqualTo(row.get("decoded").textValue());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2.5", "llama-3.1", "gemma-3"})
    void offsetsCountJavaCharactersAndCoverTheText(String name) {
        String text = "Grüße 👩‍👩‍👧 from 東京 — naïve 🦊 fox\n\n<|im_end|> x";
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.tokenizer(name))) {
            Encoding encoding = tokenizer.encodeWithOffsets(text);
            assertThat(encoding.ids()).isEqualTo(tokenizer.encode(text));
            int reached = 0;
            for (int t = 0; t < encoding.ids().length; t++) {
                String piece = tokenizer.decode(new int[] {encoding.ids()[t]}, false);
                String span = text.substring(encoding.starts()[t], encoding.ends()[t]);
                if (!piece.contains("\uFFFD")) {
                    assertThat(span).as("token %d of %s", t, name).isEqualTo(piece);
                }
                assertThat(encoding.starts()[t]).isLessThanOrEqualTo(reached);
                reached = Math.max(reached, encoding.ends()[t]);
            }
            assertThat(reached).isEqualTo(text.length());
        }
    }

    @Test
    void vocabularyOfQwenIsKnownByName() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.tokenizer("qwen2.5"))) {
            assertThat(tokenizer.id("<|im_end|>")).hasValue(151645);
            assertThat(tokenizer.id("no such token")).isEmpty();
            assertThat(tokenizer.isSpecial(151645)).isTrue();
            assertThat(tokenizer.isSpecial(151657))
                    .as("<tool_call> is added, not special")
                    .isFalse();
            assertThat(tokenizer.vocabularySize()).isEqualTo(151665);
            assertThat(tokenizer.addedTokens()).hasSize(22);
            int[] ids = tokenizer.encode("a<|im_end|>b");
            assertThat(tokenizer.decode(ids, true)).isEqualTo("ab");
            assertThat(tokenizer.decode(ids, false)).isEqualTo("a<|im_end|>b");
        }
    }

    @Test
    void severalThreadsGetTheSameIdsAsOne() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            List<String> texts = IntStream.range(0, 500)
                    .mapToObj(i -> "text " + i + " with déjà vu 🦊 ".repeat(i % 7))
                    .toList();
            List<int[]> alone = texts.stream().map(tokenizer::encode).toList();
            List<int[]> together = texts.parallelStream().map(tokenizer::encode).toList();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(together.get(i)).isEqualTo(alone.get(i));
                assertThat(tokenizer.decode(alone.get(i), false)).isEqualTo(texts.get(i));
            }
        }
    }

    @Test
    void streamHoldsBackUnfinishedCharacters() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            int[] ids = tokenizer.encode("a 🦊🧿 b");
            StreamingDecoder decoder = tokenizer.streaming(false);
            List<String> pieces = Arrays.stream(ids).mapToObj(decoder::add).toList();
            assertThat(pieces).contains("").noneMatch(piece -> piece.contains("\uFFFD"));
            assertThat(String.join("", pieces) + decoder.finish()).isEqualTo("a 🦊🧿 b");

            StreamingDecoder cut = tokenizer.streaming(false);
            int fox = tokenizer.encode("🦊")[0];
            assertThat(cut.add(fox)).isEmpty();
            assertThat(cut.finish()).isEqualTo("\uFFFD");
        }
    }

    @Test
    void halfASurrogatePairAndZeroBytesDoNoHarm() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            Encoding encoding = tokenizer.encodeWithOffsets("a\uD83Eb\0c\uDD8A");
            assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo("a\uFFFDb\0c\uFFFD");
            assertThat(encoding.ends()[encoding.ends().length - 1]).isEqualTo(6);
            assertThat(tokenizer.encode("")).isEmpty();
            assertThat(tokenizer.decode(new int[0], false)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{}}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":99999999999999999999},\"merges\":[]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":\"0\"},\"merges\":[]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"a\":1},\"merges\":[]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"x y\"]}}",
                "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0.0]]}}",
                "{\"model\":{\"type\":\"Nonsense\",\"vocab\":{\"a\":0}}}",
                "{\"added_tokens\":[{\"id\":0}],\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]}}",
            })
    void hostileTokenizerFileIsRefusedInOneSentence(String text) throws IOException {
        Files.writeString(dir.resolve("tokenizer.json"), text);
        assertThatThrownBy(() -> Tokenizer.load(dir))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(Objects.toString(dir.resolve("tokenizer.json")))
                .message()
                .doesNotContain("\n");
    }

    @Test
    void missingFileAndUseAfterCloseAreNamed() {
        assertThatThrownBy(() -> Tokenizer.load(dir))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such");
        Tokenizer closed = Tokenizer.load(Fixtures.SMOLLM2);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.encode("a")).isInstanceOf(IllegalStateException.class);
    }
}
