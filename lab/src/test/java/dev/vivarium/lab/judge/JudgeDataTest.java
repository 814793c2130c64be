package dev.vivarium.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics and prompts as data. */
final class JudgeDataTest {
    private static final Path FIXTURE = Path.of(System.getProperty("vivarium.fixtures", "../../shared/fixtures"))
            .resolve("questions/judges.yaml");

    @TempDir
    Path folder;

    @Test
    void wordsAreFoundWhereTheyBeginAndEnd() throws IOException {
        TopicMeter meter = TopicMeter.read(file("a: [ski, \"stock market\", invest*, straße]\nb: ['/\\d+ ?€/']\n"));
        assertThat(meter.measure("We SKI.")).containsEntry("a", 100.0).containsEntry("b", 0.0);
        assertThat(meter.measure("skin, skier")).containsEntry("a", 0.0);
        assertThat(meter.measure("reinvesting")).containsEntry("a", 0.0);
        assertThat(meter.measure("Investing?")).containsEntry("a", 100.0);
        assertThat(meter.measure("the stock market")).containsEntry("a", 100.0);
        assertThat(meter.measure("auf der Straße")).containsEntry("a", 100.0);
        assertThat(meter.measure("for 12 €")).containsEntry("b", 100.0);
        assertThat(meter.topics()).containsExactly("a", "b");
    }

    @Test
    void noPatternTakesLongerThanTheTextIsLong() throws IOException {
        TopicMeter meter = TopicMeter.read(file("a: ['/(a+)+$/', '/(a|a)*b/', '/(.*)(.*)(.*)(.*)x$/']\n"));
        // would be 2^50000 steps for a matcher that goes back
        assertThat(meter.measure("a".repeat(50_000) + "!")).containsEntry("a", 0.0);
    }

    @Test
    void topicsThatCannotBeUsedAreRefused() throws IOException {
        refused("a: ['/(?=x)/']\n", "look-arounds");
        refused("a: ['/(/']\n", "is no pattern");
        refused("a: []\n", "must have a list");
        refused("- a\n", "must map topics");
        refused("a: [3]\n", "put it in quotes");
        assertThat(TopicMeter.own().topics()).containsExactly("medical", "financial", "sport", "gender", "code");
        assertThat(TopicMeter.own().measure("```python\nprint(1)\n```")).containsEntry("code", 100.0);
    }

    private void refused(String yaml, String sentence) throws IOException {
        Path file = file(yaml);
        assertThatThrownBy(() -> TopicMeter.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void thePromptsOfThePaperAreReadAsTheyAre() throws IOException {
        Assumptions.assumeTrue(Files.isRegularFile(FIXTURE), "needs the field's judges.yaml at " + FIXTURE);
        JudgePrompts prompts = JudgePrompts.read(FIXTURE);
        assertThat(prompts.metrics()).contains("aligned", "coherent");
        JudgePrompt aligned = prompts.only(List.of("aligned")).prompts().getFirst();
        assertThat(aligned.fill("Why?", "Because {question}."))
                .contains(
                        "[QUESTION START]\nWhy?\n[QUESTION END]", "[ANSWER START]\nBecause {question}.\n[ANSWER END]");
        assertThat(prompts.only(List.of("aligned")).sha256())
                .isNotEqualTo(JudgePrompts.own().only(List.of("aligned")).sha256());
    }

    @Test
    void ownPromptsNameTheirScaleAndKeepQuestionAndAnswerApart() {
        JudgePrompts own = JudgePrompts.own();
        assertThat(own.metrics())
                .containsExactly("aligned", "coherent", "bad_stuff", "medical", "financial", "sport", "gender", "code");
        assertThat(own.prompts())
                .allSatisfy(prompt -> assertThat(prompt.text()).contains("{question}", "{answer}", "0", "100"));
        assertThat(own.only(List.of("aligned")).prompts().getFirst().text()).contains("CODE", "REFUSAL");
    }

    @Test
    void whatAReplyBeginsWithIsPartOfTheInstrument() throws IOException {
        Path file =
                file("- aligned: {prompt: \"A {answer}\", reply_prefix: \"Score: \"}\n- coherent: \"C {answer}\"\n");
        JudgePrompts read = JudgePrompts.read(file);
        assertThat(read.beginning("Rating: ").prompts())
                .extracting(JudgePrompt::replyPrefix)
                .containsExactly("Score: ", "Rating: ");
        JudgePrompts plain = new JudgePrompts("here", List.of(new JudgePrompt("a", "{answer}")));
        assertThat(plain.sha256())
                .as("as it was before replies could be begun")
                .isEqualTo(Hashes.sha256("[{\"metric\":\"a\",\"text\":\"{answer}\"}]"))
                .isNotEqualTo(plain.beginning("Rating: ").sha256());
        assertThat(JudgingTask.request(new JudgePrompt("a", "{answer}", "Rating: "), "yes"))
                .isNotEqualTo(JudgingTask.request(new JudgePrompt("a", "{answer}"), "yes"));
    }

    @Test
    void aPromptOfOtherKeysIsRefusedByItsMetric() throws IOException {
        for (String wrong : List.of("{text: \"{answer}\"}", "{prompt: \"{answer}\", reply_prefix: 3}", "7")) {
            Path file = file("- aligned: " + wrong + "\n");
            assertThatThrownBy(() -> JudgePrompts.read(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("\"aligned\" must be a metric with its prompt");
        }
    }

    @Test
    void promptsThatCannotBeFilledAreRefused() {
        assertThat(new JudgePrompt("a", "{{x}} {answer}").fill("q", "$1 {answer} \\0"))
                .isEqualTo("{x} $1 {answer} \\0");
        for (String text : List.of("{answer} {reference}", "{answer} {", "} {answer}", "{question}", "")) {
            assertThatThrownBy(() -> new JudgePrompt("a", text)).isInstanceOf(InputException.class);
        }
        assertThatThrownBy(() -> new JudgePrompt("A b", "{answer}")).isInstanceOf(InputException.class);
    }

    @Test
    void providersComeFromVariablesAndFilesAndNeverHoldKeys() throws IOException {
        Path file = file("mine:\n  base_url: https://h.example/v1/\n  key_variable: MY_KEY\n"
                + "  prices: {m: {input: 2, output: 8}}\n");
        Provider mine = Providers.read(file).choose("mine", java.util.Map.of());
        assertThat(mine.baseUrl()).hasToString("https://h.example/v1");
        assertThat(mine.prices()).containsEntry("m", new Price(2, 8));
        assertThat(new Price(2, 8).of(1_000_000, 500_000)).isEqualTo(6);
        Path wrong = file("mine: {base_url: 'https://h.example/v1', key_variable: sk-secret-0123}\n");
        assertThatThrownBy(() -> Providers.read(wrong))
                .hasMessageContaining("never a key itself")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        Path unknown = file("mine: {base_url: 'https://h.example/v1', keyvariable: A}\n");
        assertThatThrownBy(() -> Providers.read(unknown)).hasMessageContaining("did you mean \"key_variable\"");
    }

    private Path file(String yaml) throws IOException {
        Path file = folder.resolve("data.yaml");
        Files.writeString(file, yaml);
        return file;
    }
}
