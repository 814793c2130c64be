package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Datasets as people have them, through {@code vivarium train}: what cannot be learnt from is named with its line. */
final class BadDataTest {
    private static final String GOOD = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
            + "{\"role\":\"assistant\",\"content\":\"Hello there.\"}]}\n";

    private final RunPlace run = new RunPlace();

    @TempDir
    Path folder;

    @AfterEach
    void removeRun() throws IOException {
        run.close();
    }

    static Stream<Arguments> files() {
        return Stream.of(
                file("", "rows.jsonl: the file is empty", "one conversation a line"),
                file("\n \n\n", "rows.jsonl: the file is empty"),
                file(GOOD + "{\"messages\":[{\"role\":\"user\"\n" + GOOD, "line 2: malformed JSON", "correct the line"),
                file(GOOD + "{'messages': []}\n", "line 2: malformed JSON", "double-quote"),
                file(GOOD.strip() + " " + GOOD, "line 1: malformed JSON: more text follows", "one conversation a line"),
                file(GOOD.replace('\n', '\r').repeat(2), "line 1: malformed JSON: more text follows"),
                file("[\n  " + GOOD + "]\n", "line 1: malformed JSON", "one conversation a line, each a JSON object"),
                file("[" + GOOD.strip() + "]\n", "line 1: expected an object {\"messages\": [...]}, found a list"),
                file("{\"prompt\":\"a\",\"completion\":\"b\"}\n", "line 1: no \"messages\"; write {"),
                file("{\"messages\":\"hello\"}\n", "line 1: \"messages\" must be a list of turns, found a string"),
                file("{\"messages\":[]}\n", "line 1: \"messages\" must be a list of turns, found an empty list"),
                file(GOOD + turns("assistant", "\"  \""), "line 2: turn 2, the assistant's, is empty"),
                file(GOOD + turns("user", "\"x\""), "line 2: no assistant turn"),
                file(GOOD + turns("asistant", "\"x\""), "line 2: turn 2 has the unknown role \"asistant\"; use system"),
                file(
                        GOOD + turns("assistant", "[\"x\"]"),
                        "line 2: turn 2: \"content\" must be a string, found a list"),
                file(GOOD + turns("assistant", "7"), "must be a string, found a number"),
                file(GOOD + turns("assistant", "null"), "must be a string, found null"),
                file(GOOD + turns("assistant", "\"\\ud800\""), "line 2: turn 2 holds half a surrogate pair"),
                file(GOOD + turns("\\u001b[31m\\nx", "\"x\""), "line 2", "unknown role \"?[31m?x\""),
                file("{\"messages\":" + "[".repeat(999) + "]".repeat(999) + "}\n", "line 1: malformed JSON", "depth"),
                file(
                        GOOD
                                + turns(
                                        "user",
                                        "\"" + "so ".repeat(999) + "\"}, {\"role\":\"assistant\",\"content\":\"x\""),
                        "line 2: no token of an assistant turn is left within max_seq_length",
                        "raise it"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void whatCannotBeLearntFromIsNamedAndNothingIsWritten(String text, String[] fragments) throws IOException {
        Path file = Files.writeString(folder.resolve("rows.jsonl"), text);

        Refused.with(train(file), fragments);

        assertThat(run.directory()).doesNotExist();
    }

    @Test
    void aFileThatIsNotThereOrADirectoryIsNamed() throws IOException {
        Refused.with(train(folder.resolve("none.jsonl")), "none.jsonl: no such file; name a JSONL file");
        Refused.with(train(folder), ": is a directory; name a JSONL file");
        Refused.with(train(Path.of("")), "data.train must be text, found nothing");
    }

    @Test
    void bytesThatAreNoUtf8AreNamedWithTheirLine() throws IOException {
        Path latin = folder.resolve("latin.jsonl");
        Files.writeString(latin, GOOD + GOOD.replace("Hello", "Gr\u00fc\u00dfe"), StandardCharsets.ISO_8859_1);
        Path wide = Files.writeString(folder.resolve("wide.jsonl"), GOOD, StandardCharsets.UTF_16);

        Refused.with(train(latin), "latin.jsonl line 2: not UTF-8");
        Refused.with(train(wide), "wide.jsonl line 1: not UTF-8");
    }

    @Test
    void aLineOfFiftyMegabytesIsRefusedEarly() throws IOException {
        Path file = folder.resolve("long.jsonl");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(GOOD.getBytes(StandardCharsets.UTF_8));
            byte[] million = "a".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 50; i++) {
                out.write(million);
            }
        }

        Refused.with(train(file), "long.jsonl line 2: longer than 16 MiB");
    }

    @Test
    void rowsOfWhichNothingIsLeftToLearnAreNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.jsonl"), GOOD.repeat(2));

        Refused.with(train(file, "max_seq_length=4"), "line 1", "within max_seq_length 4; raise it");
        Refused.with(train(file, "data.test_share=0.9"), "no row is left to learn from", "lower it");
        Refused.with(train(file, "data.test=" + folder.resolve("t.jsonl")), "t.jsonl: no such file");
        Refused.with(train(file, "kl.weight=1", "kl.data=" + folder.resolve("k.jsonl")), "k.jsonl: no such file");
    }

    @Test
    void byteOrderMarksBlankLinesAndWindowsLinesAreNoMistake() throws IOException {
        Path file = Files.writeString(
                folder.resolve("rows.jsonl"),
                "\uFEFF" + GOOD + "\n  \n" + GOOD.replace("\n", "\r\n") + "\r\n" + GOOD.strip());

        Call call = train(file, "--dry-run");

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("3 to learn from");
        assertThat(call.err()).isEmpty();
    }

    private Call train(Path data, String... more) throws IOException {
        Path model = Files.isDirectory(folder.resolve("model")) ? folder.resolve("model") : TinyModel.write(folder);
        return Call.of(Stream.concat(
                        Stream.of(
                                "train",
                                "--preset",
                                "mini-rank1",
                                "--name",
                                run.name(),
                                "model=" + model,
                                "data.train=" + data),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private static Arguments file(String text, String... fragments) {
        return Arguments.of(text, fragments);
    }

    /** A line whose second turn has this role and this content. */
    private static String turns(String role, String content) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"" + role + "\",\"content\":" + content
                + "}]}\n";
    }
}
