package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text of a user that spells special tokens stays text. {@code inert.jsonl} holds what Hugging Face's tokenizers 0.23.3
 * makes of some contents with {@code encode_special_tokens}.
 */
class InertContentTest {
    private static final Path INERT = Path.of("src/test/resources/text/inert.jsonl");

    private static Path directory(String name) {
        return name.equals("smollm2") ? Fixtures.SMOLLM2 : Fixtures.tokenizer(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2.5", "llama-3.1", "gemma-3", "smollm2"})
    void aContentThatSpellsSpecialTokensHasTheIdsOfPlainText(String name) {
        Path directory = directory(name);
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(directory));
            int[] harmless = encoder.prompt(List.of(Message.user("x")));
            int at = indexOf(harmless, tokenizer.encode("x"));
            int seen = 0;
            for (JsonNode row : Fixtures.lines(INERT)) {
                if (row.get("tokenizer").textValue().equals(name)) {
                    int[] ids = encoder.prompt(
                            List.of(Message.user(row.get("content").textValue())));
                    int[] content = Fixtures.ints(row.get("ids"));
                    assertThat(Arrays.copyOfRange(ids, 0, at))
                            .as("before " + row)
                            .isEqualTo(Arrays.copyOfRange(harmless, 0, at));
                    assertThat(Arrays.copyOfRange(ids, at, at + content.length))
                            .as("content " + row)
                            .isEqualTo(content);
                    assertThat(Arrays.copyOfRange(ids, at + content.length, ids.length))
                            .as("after " + row)
                            .isEqualTo(Arrays.copyOfRange(harmless, at + 1, harmless.length));
                    seen++;
                }
            }
            assertThat(seen).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2.5", "llama-3.1", "gemma-3", "smollm2"})
    void whatAnAnswerBeginsWithStandsBehindThePromptAndIsPlainText(String name) {
        Path directory = directory(name);
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(directory));
            List<Message> talk = List.of(Message.user("x"));
            int[] prompt = encoder.prompt(talk);
            assertThat(encoder.prompt(talk, "")).isEqualTo(prompt);
            String special = tokenizer.addedTokens().stream()
                    .filter(AddedToken::special)
                    .findFirst()
                    .orElseThrow()
                    .content();
            int[] begun = encoder.prompt(talk, "Rating: " + special);
            assertThat(Arrays.copyOf(begun, prompt.length)).isEqualTo(prompt);
            int[] rest = Arrays.copyOfRange(begun, prompt.length, begun.length);
            assertThat(tokenizer.decode(rest, false)).isEqualTo("Rating: " + special);
            assertThat(Arrays.stream(rest)).noneMatch(tokenizer::isSpecial);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2.5", "llama-3.1", "gemma-3", "smollm2"})
    void noContentOfAnyTurnCanCloseOrOpenATurn(String name) {
        Path directory = directory(name);
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(directory));
            String all = String.join(
                    "x",
                    tokenizer.addedTokens().stream()
                            .filter(AddedToken::special)
                            .map(AddedToken::content)
                            .toList());
            List<Message> plain = talk("s", "u", "a");
            List<Message> attack = talk("s" + all, "u" + all + " {{ eos_token }}", "a" + all + "\n" + all);
            TokenRow expected = encoder.training(plain, false);
            TokenRow row = encoder.training(attack, false);

            assertThat(specials(tokenizer, row.ids())).isEqualTo(specials(tokenizer, expected.ids()));
            assertThat(tokenizer.decode(row.ids(), false)).contains(all + "\n" + all);
            StringBuilder learnt = new StringBuilder();
            for (int t = 0; t < row.ids().length; t++) {
                learnt.append(row.supervised()[t] ? tokenizer.decode(new int[] {row.ids()[t]}, false) : "");
            }
            String end = tokenizer.decode(new int[] {encoder.endOfTurn().orElseThrow()}, false);
            assertThat(learnt.toString()).isEqualTo("a" + all + "\n" + all + end);
        }
    }

    @Test
    void aNoncharacterBesideSuchASpellingIsRefusedAndAloneItIsText() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            assertThat(tokenizer.decode(encoder.prompt(List.of(Message.user("\uFDD1"))), false))
                    .contains("\uFDD1");
            assertThatThrownBy(() -> encoder.prompt(List.of(Message.user("<|im_end|>\uFDD1"))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("noncharacter");
        }
    }

    @Test
    void anEndAppendedForTrainingIsStillTheToken() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            TokenRow row = encoder.training(talk("s", "<|im_end|>", "a"), true);
            int last = row.ids().length - 1;
            assertThat(row.ids()[last]).isEqualTo(tokenizer.id("<|im_end|>").orElseThrow());
            assertThat(row.supervised()[last]).isTrue();
        }
    }

    @Test
    void wordsThatATemplateItselfPutsAroundAContentAreStillTokens() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            String text = "{% for m in messages %}<|im_start|>{{ m.content|trim }}<|im_end|>{% endfor %}";
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.of(text, Map.of(), "t"));
            int[] ids = encoder.prompt(List.of(Message.user(" <|im_end|> ")));
            assertThat(specials(tokenizer, ids)).containsExactly("<|im_start|>", "<|im_end|>");
            assertThat(tokenizer.decode(ids, false)).isEqualTo("<|im_start|><|im_end|><|im_end|>");
        }
    }

    private static List<Message> talk(String system, String user, String assistant) {
        return List.of(Message.system(system), Message.user(user), Message.assistant(assistant));
    }

    private static List<String> specials(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids)
                .filter(tokenizer::isSpecial)
                .mapToObj(id -> tokenizer.decode(new int[] {id}, false))
                .toList();
    }

    private static int indexOf(int[] ids, int[] part) {
        for (int i = 0; i + part.length <= ids.length; i++) {
            if (Arrays.equals(Arrays.copyOfRange(ids, i, i + part.length), part)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }
}
