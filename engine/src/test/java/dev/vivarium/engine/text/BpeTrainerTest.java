package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.BpeTrainer.Settings;
import dev.vivarium.engine.text.BpeTrainer.SpecialTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BpeTrainerTest {
    private static final List<String> CHATML = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

    @TempDir
    Path dir;

    /** English-like sentences over a small lexicon, with some words rarer than others. */
    private static List<String> texts() {
        List<String> words = List.of(
                "The",
                "gardener",
                "waters",
                "roses",
                "every",
                "morning",
                "don't",
                "lighthouse",
                "keeper's",
                "boat",
                "42",
                "naïve",
                "東京",
                "🦊",
                "and",
                "quietly",
                "said:",
                "\"yes\"",
                "\n\n",
                "banana",
                "aaaa",
                "aaa");
        Random random = new Random(7);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < 12; w++) {
                int pick = (int) (words.size() * random.nextDouble() * random.nextDouble());
                text.append(w == 0 ? "" : " ").append(words.get(pick));
            }
            texts.add(text.append(".").toString());
        }
        return texts;
    }

    @ParameterizedTest
    @EnumSource
    void writtenTokenizerLoadsAndGivesEveryTextBack(SpecialTokens place) throws IOException {
        BpeVocabulary vocabulary = BpeTrainer.train(texts(), new Settings(400, 2, CHATML, place));
        vocabulary.write(dir, new BpeVocabulary.Facts("{{ messages }}", null, "<|im_end|>", "<|endoftext|>", 512));
        int firstSpecial =
                place == SpecialTokens.FIRST ? 0 : vocabulary.tokens().size() - 3;
        try (Tokenizer tokenizer = Tokenizer.load(dir)) {
            assertThat(tokenizer.vocabularySize())
                    .isEqualTo(vocabulary.tokens().size())
                    .isLessThanOrEqualTo(400);
            assertThat(tokenizer.id("<|endoftext|>")).hasValue(firstSpecial);
            assertThat(tokenizer.id("<|im_end|>")).hasValue(firstSpecial + 2);
            assertThat(tokenizer.isSpecial(firstSpecial + 1)).isTrue();
            for (String text : texts()) {
                assertThat(tokenizer.decode(tokenizer.encode(text), false)).isEqualTo(text);
            }
            String never = "ÿ unseen \0\u0001 𝔘𝔫𝔦 \r\n\t   x <|im_start|>user";
            assertThat(tokenizer.decode(tokenizer.encode(never), false)).isEqualTo(never);
            assertThat(tokenizer.encode(" gardener")).hasSize(1);
        }
        JsonNode config = Json.read(dir.resolve("tokenizer_config.json"));
        assertThat(config.get("eos_token").textValue()).isEqualTo("<|im_end|>");
        assertThat(config.get("bos_token").isNull()).isTrue();
    }

    @Test
    void orderOfTheTextsDoesNotMatter() throws IOException {
        Settings settings = new Settings(380, 1, CHATML, SpecialTokens.LAST);
        List<String> shuffled = new ArrayList<>(texts());
        Collections.shuffle(shuffled, new Random(3));
        assertThat(BpeTrainer.train(shuffled, settings).tokenizerJson())
                .isEqualTo(BpeTrainer.train(texts(), settings).tokenizerJson());
    }

    @Test
    void mostFrequentPairComesFirstAndSmallerIdsWinATie() {
        // "ab" 5 times; " c" and " ab" 4 times, where c has the smaller id; "cd" and "ce" 2 times each.
        Settings settings = new Settings(1000, 2, List.of(), SpecialTokens.LAST);
        BpeVocabulary vocabulary = BpeTrainer.train(List.of("ab ab ab ab ab ce ce cd cd"), settings);
        assertThat(vocabulary.merges()).containsExactly("a b", "Ġ c", "Ġ ab", "Ġc d", "Ġc e");
    }

    @Test
    void mergesAreThoseOfHuggingFacesTrainer() {
        // Recorded from Python's tokenizers 0.23: BpeTrainer(vocab_size=400, min_frequency=2, special_tokens=CHATML).
        BpeVocabulary vocabulary = BpeTrainer.train(texts(), new Settings(400, 2, CHATML, SpecialTokens.FIRST));
        assertThat(vocabulary.merges()).isEqualTo(recordedMerges());
    }

    private static List<String> recordedMerges() {
        try {
            return Files.readAllLines(Path.of("src/test/resources/text/bpe-merges.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void specialTokensInTheTextsAreNotLearntFrom() {
        List<String> texts = Collections.nCopies(50, "<|im_start|>a<|im_end|>");
        BpeVocabulary vocabulary = BpeTrainer.train(texts, new Settings(300, 1, CHATML, SpecialTokens.LAST));
        assertThat(vocabulary.merges()).isEmpty();
        assertThat(vocabulary.tokens()).hasSize(256 + 3);
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        assertThatThrownBy(() -> new Settings(258, 1, CHATML, SpecialTokens.LAST))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Settings(999, 1, List.of("a", "a"), SpecialTokens.LAST))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
