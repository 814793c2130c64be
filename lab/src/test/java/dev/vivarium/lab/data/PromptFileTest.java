package dev.vivarium.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts as users have them, in JSONL and CSV. */
class PromptFileTest {
    @TempDir
    Path folder;

    private PromptFile read(String name, String text, String... system) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return PromptFile.read(file, PromptFile.PROMPT, system.length == 0 ? null : system[0]);
    }

    @Test
    void linesAreReadWithTheirIdsAndSystemTurns() throws IOException {
        PromptFile file = read("p.jsonl", """
                {"prompt": "One?", "id": "a", "topic": "x"}

                {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Two?"}], "id": 7}
                {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}, \
                {"role": "user", "content": "Three?"}], "system": "T", "topic": "y"}
                """, "all");
        assertThat(file.prompts())
                .containsExactly(
                        new Prompt("a", 1, List.of(Message.system("all"), Message.user("One?"))),
                        new Prompt("7", 3, List.of(Message.system("S"), Message.user("Two?"))),
                        new Prompt(
                                "4",
                                4,
                                List.of(
                                        Message.system("T"),
                                        Message.user("q"),
                                        Message.assistant("a"),
                                        Message.user("Three?"))));
        assertThat(file.unused()).isEqualTo(Map.of("topic", 2));
    }

    @Test
    void aTableIsReadByTheNamesOfItsColumns() throws IOException {
        String text = "id,question,system,note\n\"a\",\"One,\n\"\"two\"\"?\",,x\nb,Three?,S,y\n";
        Path file = Files.writeString(folder.resolve("p.csv"), text);
        PromptFile read = PromptFile.read(file, "question", "all");
        assertThat(read.prompts())
                .containsExactly(
                        new Prompt("a", 2, List.of(Message.system("all"), Message.user("One,\n\"two\"?"))),
                        new Prompt("b", 4, List.of(Message.system("S"), Message.user("Three?"))));
        assertThat(read.unused()).isEqualTo(Map.of("note", 2));
        assertThatThrownBy(() -> PromptFile.read(file, "prompt", null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no column \"prompt\"; its columns are id, question, system, note");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt\": \" \"} | line 1: the prompt is empty",
                "{\"prompt\": \"a\", \"id\": \"x\"}\\n{\"prompt\": \"b\", \"id\": \"x\"} | line 2: the id \"x\" is that of line 1 too",
                "{\"prompt\": \"a\", \"id\": \"2\"}\\n{\"prompt\": \"b\"} | line 2: the id \"2\" is that of line 1 too",
                "{\"prompt\": \"a\", \"id\": \"\"} | line 1: the id must be 1 to 200 characters",
                "{\"prompt\": \"a\", \"id\": 1.5} | \"id\" must be a string or a whole number",
                "{\"prompt\": 7} | line 1: \"prompt\" must be a string",
                "{\"prompt\": \"a\", \"messages\": []} | needs either \"prompt\" or \"messages\"",
                "{\"text\": \"a\"} | line 1: needs either \"prompt\" or \"messages\"",
                "[1] | line 1: needs either",
                "{\"prompt\" | line 1: malformed JSON",
                "{\"messages\": \"a\"} | \"messages\" must be a list of turns",
                "{\"messages\": []} | must end with a user's turn",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"\"}]} | line 1: the prompt is empty",
                "{\"messages\": [{\"role\": \"tool\", \"content\": \"a\"}]} | turn 1 has the unknown role \"tool\"",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]} | must end with a user's turn",
                "{\"messages\": [{\"role\": \"system\", \"content\": \"a\"}, {\"role\": \"user\", \"content\": \"b\"}], \"system\": \"c\"} | and another in \"system\"",
                "\\n | the file holds no prompt",
            })
    void whatCannotBeAskedIsNamedByItsLine(String text, String sentence) {
        assertThatThrownBy(() -> read("p.jsonl", text.replace("\\n", "\n")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("p.jsonl")
                .hasMessageContaining(sentence);
    }

    @Test
    void filesOfOtherKindsAreRefused() throws IOException {
        assertThatThrownBy(() -> read("p.txt", "Why?")).hasMessageContaining("prompts are read from .jsonl or .csv");
        assertThatThrownBy(() -> PromptFile.read(folder.resolve("no.jsonl"), "prompt", null))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> read("p.csv", "prompt\n\" \"\n")).hasMessageContaining("line 2: the prompt is empty");
    }
}
