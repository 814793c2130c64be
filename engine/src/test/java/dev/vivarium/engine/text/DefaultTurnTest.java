package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The system turn that some templates put before a conversation without one, found, named and dropped. */
class DefaultTurnTest {
    private static final String QWEN = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";
    private static final String SMOL = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

    private static DefaultTurn turn(ChatTemplate template) {
        return template.defaultTurn().orElseThrow();
    }

    @Test
    void eachFamilysDefaultTurnIsNamed() {
        DefaultTurn smol = turn(ChatTemplate.load(Fixtures.SMOLLM2));
        assertThat(smol.content()).isEqualTo(SMOL);
        assertThat(smol.text()).isEqualTo("<|im_start|>system\n" + SMOL + "<|im_end|>\n");
        DefaultTurn qwen = turn(ChatTemplate.load(Fixtures.tokenizer("qwen2.5")));
        assertThat(qwen.content()).isEqualTo(QWEN);
        DefaultTurn llama = turn(ChatTemplate.load(Fixtures.tokenizer("llama-3.1")));
        assertThat(llama).isEqualTo(new DefaultTurn("<|begin_of_text|>", "", ""));
        DefaultTurn gemma = turn(ChatTemplate.load(Fixtures.tokenizer("gemma-3")));
        assertThat(gemma).isEqualTo(new DefaultTurn("<bos>", "", ""));
        assertThat(gemma.exists()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2.5", "llama-3.1", "gemma-3"})
    void aDroppedTurnIsGoneAndNothingElseIs(String name) {
        ChatTemplate keep = ChatTemplate.load(Fixtures.tokenizer(name));
        ChatTemplate drop = keep.with(DefaultSystem.DROP);
        DefaultTurn turn = turn(keep);
        int without = 0;
        for (JsonNode row : Fixtures.lines("templates/" + name + ".jsonl")) {
            if (row.has("error")) {
                continue;
            }
            List<Message> messages = Fixtures.messages(row.get("messages"));
            boolean open = row.get("add_generation_prompt").booleanValue();
            String kept = keep.text(messages, open);
            boolean own = messages.stream().anyMatch(message -> message.role().equals("system"));
            String expected = own ? kept : kept.replaceFirst(java.util.regex.Pattern.quote(turn.text()), "");
            assertThat(drop.text(messages, open))
                    .as(row.get("name").textValue())
                    .isEqualTo(expected);
            assertThat(drop.render(messages, open).assistantSpans())
                    .hasSameSizeAs(keep.render(messages, open).assistantSpans());
            without += own ? 0 : 1;
        }
        assertThat(without).isGreaterThan(20);
    }

    @Test
    void aDroppedTurnIsNoPartOfPromptsAndTrainingRows() {
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatTemplate template = ChatTemplate.load(Fixtures.SMOLLM2);
            ChatEncoder drop = new ChatEncoder(tokenizer, template.with(DefaultSystem.DROP));
            List<Message> talk = List.of(Message.user("q"), Message.assistant("a"));
            assertThat(tokenizer.decode(drop.prompt(talk.subList(0, 1)), false))
                    .isEqualTo("<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n");
            assertThat(tokenizer.decode(drop.training(talk, false).ids(), false))
                    .isEqualTo("<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n");
            assertThat(drop.endOfTurn()).isEqualTo(tokenizer.id("<|im_end|>"));
        }
    }

    @Test
    void aTemplateThatRefusesTwoUsersInARowIsUnderstoodByItsPairs() {
        String text = "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
                + "{{ raise_exception('roles must alternate') }}{% endif %}{% if loop.first %}[SYS]be good[/SYS]{% endif %}"
                + "<{{ m.role }}>{{ m.content }}{% endfor %}";
        DefaultTurn turn = turn(ChatTemplate.of(text, Map.of(), "t"));
        assertThat(turn.text()).isEqualTo("[SYS]be good[/SYS]");
    }

    @Test
    void aTemplateThatTreatsEarlierAnswersOtherwiseIsUnderstoodByItsUsers() {
        String text = "{{ bos_token }}Hello.{% for m in messages %}<{{ m.role }}>"
                + "{% if m.role == 'assistant' and loop.last %}(think){% endif %}{{ m.content }}{% endfor %}";
        DefaultTurn turn = turn(ChatTemplate.of(text, Map.of("bos_token", "<s>"), "t"));
        assertThat(turn).isEqualTo(new DefaultTurn("<s>", "Hello.", "Hello."));
    }

    @Test
    void whatCannotBeToldIsKeptOrRefusedButNeverGuessed() {
        String text = "{{ messages|length }} turns{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
        ChatTemplate template = ChatTemplate.of(text, Map.of(), "t");
        assertThat(template.defaultTurn()).isEmpty();
        assertThat(template.text(List.of(Message.user("q")), false)).isEqualTo("1 turns<user>q");
        assertThatThrownBy(() -> template.with(DefaultSystem.DROP).text(List.of(Message.user("q")), false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be told");
    }
}
