package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatEncoderTest {
    private static final List<Message> TALK = List.of(
            Message.system("Be brief."),
            Message.user("Who are you?"),
            Message.assistant("I am a 🦊."),
            Message.user("Really?"),
            Message.assistant("Yes.\n\nReally."));

    /** The text of the targets, one string per unbroken run. */
    private static List<String> targets(Tokenizer tokenizer, TokenRow row) {
        List<String> runs = new java.util.ArrayList<>();
        int t = 0;
        while (t < row.ids().length) {
            int start = t;
            while (t < row.ids().length && row.supervised()[t]) {
                t++;
            }
            if (t > start) {
                runs.add(tokenizer.decode(java.util.Arrays.copyOfRange(row.ids(), start, t), false));
            } else {
                t++;
            }
        }
        return runs;
    }

    @Test
    void targetsAreTheAnswersWithTheirEndOfTurn() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            TokenRow row = encoder.training(TALK, false);
            assertThat(targets(tokenizer, row)).containsExactly("I am a 🦊.<|im_end|>", "Yes.\n\nReally.<|im_end|>");
            assertThat(row.supervised()[row.ids().length - 1])
                    .as("newline after the turn")
                    .isFalse();
            assertThat(encoder.endOfTurn()).isEqualTo(tokenizer.id("<|im_end|>"));
        }
    }

    @Test
    void appendedGenerationPromptEndsInASupervisedEndToken() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            TokenRow row = encoder.training(TALK.subList(0, 3), true);
            assertThat(tokenizer.decode(row.ids(), false))
                    .endsWith("I am a 🦊.<|im_end|>\n<|im_start|>assistant\n<|im_end|>");
            assertThat(targets(tokenizer, row)).containsExactly("I am a 🦊.<|im_end|>", "<|im_end|>");
        }
    }

    @ParameterizedTest
    @CsvSource({"qwen2.5,<|im_end|>", "llama-3.1,<|eot_id|>", "gemma-3,<end_of_turn>"})
    void everyFamilyClosesItsTurnsByItsOwnToken(String name, String end) {
        Path directory = Fixtures.tokenizer(name);
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(directory));
            TokenRow row = encoder.training(TALK, false);
            assertThat(targets(tokenizer, row)).containsExactly("I am a 🦊." + end, "Yes.\n\nReally." + end);
            int[] prompt = encoder.prompt(TALK.subList(0, 2));
            assertThat(row.ids()).startsWith(prompt);
        }
    }

    @Test
    void whiteSpaceInsideAnAnswerIsATargetToo() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            String answer = "def f():\n\n\n        return 1\n\n";
            TokenRow row = encoder.training(List.of(Message.user("q"), Message.assistant(answer)), false);
            assertThat(targets(tokenizer, row)).containsExactly(answer + "<|im_end|>");
        }
    }

    @Test
    void templateWithoutClosingTokenHasTheContentAlone() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            String text = "{% for m in messages %}<|im_start|>{{ m.role }}: {{ m.content }}\n{% endfor %}";
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.of(text, Map.of(), "t"));
            assertThat(encoder.endOfTurn()).isEmpty();
            assertThat(targets(tokenizer, encoder.training(TALK, false)))
                    .containsExactly(" I am a 🦊.", " Yes.\n\nReally.");
            assertThatThrownBy(() -> encoder.training(TALK, true))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("eos_token");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\t\u00a0"})
    void emptyAssistantTurnIsRefusedByItsNumber(String nothing) {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            assertThatThrownBy(() -> encoder.training(List.of(Message.user("q"), Message.assistant(nothing)), false))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("message 2")
                    .hasMessageContaining("empty");
        }
    }

    @Test
    void conversationWithoutAnswerIsRefused() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(Fixtures.SMOLLM2));
            assertThatThrownBy(() -> encoder.training(List.of(Message.user("q")), true))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("nothing to learn from");
        }
    }
}
