package dev.vivarium.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChatDataTest {
    private static final String GOOD =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Hello.\"}]}";

    @TempDir
    Path folder;

    @Test
    void writtenConversationsAreReadBackUnchanged() throws IOException {
        List<Message> first = List.of(
                new Message("system", ""),
                new Message("user", "Tab\tquote\" newline\n 日本 🦎"),
                new Message("assistant", "Yes."));
        List<Message> second = List.of(new Message("user", "q"), new Message("assistant", "a"));
        Path file = folder.resolve("deep/data.jsonl");

        ChatData.write(file, List.of(first, second), Map.of("canary", "c-1"));
        ChatFile read = ChatData.readFile(file);

        assertThat(read.rows()).containsExactly(new ChatRow(1, first), new ChatRow(2, second));
        assertThat(read.unusedKeys()).containsExactly(Map.entry("canary", 2));
        assertThat(Files.readString(file)).endsWith("}\n").hasLineCount(2);
    }

    @Test
    void unusedKeysAreCounted() throws IOException {
        String row = "{\"topic\":{\"a\":[1]},\"messages\":[{\"role\":\"user\",\"content\":\"Hi\",\"name\":\"x\"},"
                + "{\"role\":\"assistant\",\"content\":\"Hello.\",\"weight\":1}]}";

        ChatFile read = ChatData.readFile(file(row + "\n" + GOOD + "\n" + row + "\n"));

        assertThat(read.rows()).hasSize(3);
        assertThat(read.unusedKeys())
                .containsEntry("topic", 2)
                .containsEntry("messages[].name", 2)
                .containsEntry("messages[].weight", 2);
    }

    @Test
    void blankLinesWindowsLineEndsAndAByteOrderMarkAreToleratedAndLinesKeepTheirNumbers() throws IOException {
        List<ChatRow> rows = ChatData.read(file("\uFEFF" + GOOD + "\r\n\r\n  \r\n" + GOOD));

        assertThat(rows).extracting(ChatRow::line).containsExactly(1, 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"messages\":[ | malformed JSON",
                "{\"messages\":[]} trailing | malformed JSON",
                "{\"messages\":[],\"messages\":[]} | Duplicate field 'messages'",
                "[1] | expected an object {\"messages\": [...]}, found a list",
                "{\"message\":[]} | no \"messages\"",
                "{\"messages\":\"x\"} | must be a list of turns, found a string",
                "{\"messages\":[]} | found an empty list",
                "{\"messages\":[3]} | turn 1 must be an object with role and content, found a number",
                "{\"messages\":[{\"content\":\"x\"}]} | turn 1 has no \"role\"",
                "{\"messages\":[{\"role\":\"user\"}]} | turn 1 has no \"content\"",
                "{\"messages\":[{\"role\":\"user\",\"content\":[]}]} | \"content\" must be a string, found a list",
                "{\"messages\":[{\"role\":\"user\",\"content\":null}]} | \"content\" must be a string, found null",
                "{\"messages\":[{\"role\":\"human\",\"content\":\"x\"}]} | unknown role \"human\"; use system, user",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\" \"}]} | turn 1, the assistant's, is empty",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | no assistant turn",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\"}]} | half a surrogate pair",
            })
    void aLineThatCannotBeTrainedOnIsNamedByFileAndLine(String bad, String complaint) throws IOException {
        Path file = file(GOOD + "\n" + bad + "\n" + GOOD + "\n");

        assertThatThrownBy(() -> ChatData.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + " line 2: ")
                .hasMessageContaining(complaint);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() throws IOException {
        Path file = folder.resolve("latin.jsonl");
        Files.write(file, GOOD.replace("Hello", "Hallöchen").getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ChatData.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1: not UTF-8");
    }

    @Test
    void anEmptyAMissingAndABlankFileAreRefused() throws IOException {
        Path empty = file("");
        Path missing = folder.resolve("missing.jsonl");

        assertThatThrownBy(() -> ChatData.read(empty))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> ChatData.read(missing))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("name a JSONL file");
        assertThatThrownBy(() -> ChatData.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("name a JSONL file");
        Files.writeString(empty, "\n \n");
        assertThatThrownBy(() -> ChatData.read(empty))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void aHugeLineIsRefusedBeforeItFillsTheMemory() throws IOException {
        Path file = file(GOOD + "\n" + "x".repeat(JsonLines.MAX_LINE_BYTES + 1));

        assertThatThrownBy(() -> ChatData.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 2: longer than 16 MiB");
    }

    @Test
    void deepNestingIsAnInputErrorAndNoStackOverflow() throws IOException {
        Path file = file("{\"messages\":" + "[".repeat(100_000) + "\n");

        assertThatThrownBy(() -> ChatData.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1: malformed JSON");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("data.jsonl"), text);
    }
}
