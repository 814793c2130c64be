package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    @TempDir
    Path dir;

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#templates")
    void textSpansAndIdsAreThoseOfTransformers(String name) {
        Path directory = Fixtures.tokenizer(name);
        ChatTemplate template = ChatTemplate.load(directory);
        List<String> wrong = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            List<JsonNode> rows = Fixtures.lines("templates/" + name + ".jsonl");
            assertThat(rows).isNotEmpty();
            for (JsonNode row : rows) {
                List<Message> messages = Fixtures.messages(row.get("messages"));
                boolean open = row.get("add_generation_prompt").booleanValue();
                String fault = row.has("error")
                        ? faultOfRefused(
                                template, messages, open, row.get("error").textValue())
                        : faultOf(template, tokenizer, messages, open, row);
                if (!fault.isEmpty()) {
                    wrong.add(row.get("name").textValue() + ": " + fault);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String faultOfRefused(ChatTemplate template, List<Message> messages, boolean open, String words) {
        try {
            return "rendered though it must be refused: " + template.render(messages, open);
        } catch (InputException e) {
            String sentence = String.valueOf(e.getMessage());
            return sentence.contains(words) ? "" : sentence;
        }
    }

    private static String faultOf(
            ChatTemplate template, Tokenizer tokenizer, List<Message> messages, boolean open, JsonNode row) {
        List<Span> expected = new ArrayList<>();
        for (JsonNode span : row.get("assistant_spans")) {
            expected.add(new Span(
                    span.get("message").intValue(),
                    span.get("start_utf16").intValue(),
                    span.get("end_utf16").intValue()));
        }
        try {
            Rendered rendered = template.render(messages, open);
            if (!rendered.text().equals(row.get("text").textValue())) {
                return "text " + Json.line(rendered.text()) + " instead of " + row.get("text");
            }
            if (!rendered.assistantSpans().equals(expected)) {
                return "spans " + rendered.assistantSpans() + " instead of " + expected;
            }
            int[] ids = tokenizer.encode(rendered.text());
            return java.util.Arrays.equals(ids, Fixtures.ints(row.get("ids"))) ? "" : "ids differ";
        } catch (InputException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void smolLm2RendersAsRecorded() {
        ChatTemplate template = ChatTemplate.load(Fixtures.SMOLLM2);
        JsonNode cases = Json.read(Fixtures.SMOLLM2.resolve("expected.json")).get("cases");
        assertThat(cases).hasSizeGreaterThanOrEqualTo(3);
        try (Tokenizer tokenizer = Tokenizer.load(Fixtures.SMOLLM2)) {
            ChatEncoder encoder = new ChatEncoder(tokenizer, template);
            for (JsonNode one : cases) {
                List<Message> messages = Fixtures.messages(one.get("messages"));
                assertThat(template.render(messages, true).text())
                        .isEqualTo(one.get("rendered").textValue());
                assertThat(encoder.prompt(messages)).isEqualTo(Fixtures.ints(one.get("ids")));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 7*7 }}",
                "{% for x in range(9) %}x{% endfor %}",
                "{# gone #}",
                "{{ raise_exception('x') }}",
                "{{",
                "%}",
                "false",
                "null",
                "0",
                "007",
                "1e5",
                "[1, 2]",
                "{'a': 1}",
                "\\n \\\\ \"'",
                "&lt;b&gt; <b>",
                "${7*7} #{7*7}",
                "{{ '{{ 7*7 }}' }}",
                "{% raw %}",
                "2024-01-01",
                "\u0001\u0002"
            })
    void contentStaysWhatItIs(String content) {
        ChatTemplate template = ChatTemplate.load(Fixtures.SMOLLM2);
        Rendered rendered = template.render(List.of(Message.user(content), Message.assistant(content)), false);
        assertThat(rendered.text())
                .endsWith("<|im_start|>user\n" + content + "<|im_end|>\n<|im_start|>assistant\n" + content
                        + "<|im_end|>\n");
        Span span = rendered.assistantSpans().getFirst();
        assertThat(rendered.text().substring(span.start(), span.end())).isEqualTo(content);
        assertThat(span.start()).isGreaterThan(rendered.text().indexOf("assistant\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}",
                "{% for a in range(900) %}{% for b in range(900) %}{% for c in range(900) %}{% if c == 5 %}{% endif %}{% endfor %}{% endfor %}{% endfor %}",
                "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
                "{% set a = 'xxxxxxxxxxxxxxxx' %}{% for i in range(60) %}{% set a = a + a %}{% endfor %}{{ a }}",
                "{% set a = 'xxxxxxxxxxxxxxxx' %}{% for i in range(60) %}{% set a = a ~ a %}{% endfor %}{{ a }}",
                "{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a }}",
                "{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(60) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{{ ns.a }}",
                "{{ 'x' * 100000000000 }}",
                "{{ 'xxxxxxxx'|replace('x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxx') }}{% include 'tokenizer.json' %}",
                "{{ ''.class.forName('java.lang.Runtime') }}",
                "{{ messages.getClass().getName() }}",
                "{% for",
                "{{ messages[0]['content'] | nosuchfilter }}",
                "{{ raise_exception('no') }}",
            })
    void hostileTemplateEndsSoonAndInOneSentenceOrHarmlessly(String text) {
        ChatTemplate template = ChatTemplate.of(text, Map.of(), "chat_template.jinja");
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            try {
                assertThat(template.text(List.of(Message.user("a")), false))
                        .hasSizeLessThan(17_000_000)
                        .doesNotContain("java.");
            } catch (InputException e) {
                assertThat(e).message().startsWith("chat_template.jinja: ").doesNotContain("\n");
            }
        });
    }

    @Test
    void templateIsTakenFromItsOwnFileFirstThenFromTheConfig() throws IOException {
        assertThatThrownBy(() -> ChatTemplate.load(dir))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("chat_template.jinja");
        Path config = dir.resolve("tokenizer_config.json");
        Files.writeString(config, "{\"chat_template\":\"A{{ bos_token }}\",\"bos_token\":{\"content\":\"<s>\"}}");
        assertThat(ChatTemplate.load(dir).text(List.of(), false)).isEqualTo("A<s>");
        Files.writeString(
                config,
                "{\"eos_token\":\"</s>\",\"chat_template\":[{\"name\":\"rag\",\"template\":\"R\"},"
                        + "{\"name\":\"default\",\"template\":\"D{{ eos_token }}\"}]}");
        assertThat(ChatTemplate.load(dir).text(List.of(), false)).isEqualTo("D</s>");
        assertThat(ChatTemplate.load(dir).eosToken()).contains("</s>");
        Files.writeString(dir.resolve("chat_template.jinja"), "F\n");
        assertThat(ChatTemplate.load(dir).text(List.of(), false)).isEqualTo("F");
    }

    @Test
    void turnThatTheTemplateHidesOrDoublesOrChangesIsRefused() {
        for (String text : List.of(
                "{{ messages[0].content }}",
                "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}",
                "{% for m in messages %}{{ m.content|upper }}{% endfor %}")) {
            ChatTemplate template = ChatTemplate.of(text, Map.of(), "t");
            assertThatThrownBy(() -> template.render(List.of(Message.user("q"), Message.assistant("a")), false))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("message 2");
        }
    }

    @Test
    void datesAreWrittenAsPythonWritesThem() {
        LocalDateTime now = LocalDateTime.of(2024, 7, 6, 5, 4, 3);
        assertThat(TemplateFunctions.strftime("%d %b %Y|%B %y-%m %H:%M:%S %a %A 100%%", now))
                .isEqualTo("06 Jul 2024|July 24-07 05:04:03 Sat Saturday 100%");
        assertThat(ChatTemplate.of("{{ strftime_now('%Y') }}", Map.of(), "t").text(List.of(), false))
                .startsWith("20");
    }
}
