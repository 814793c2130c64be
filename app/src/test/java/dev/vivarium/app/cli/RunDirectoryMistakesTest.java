package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run directories that are there, are foreign, damaged, in use or cannot be made, through {@code vivarium train}. */
final class RunDirectoryMistakesTest {
    private static final Path ADAPTER = Path.of("adapter", "adapter_model.safetensors");
    private static final String LAST = "checkpoints/step-000004/trainer.safetensors";

    private final RunPlace run = new RunPlace();
    private final Path directory = run.directory();

    @TempDir
    Path folder;

    @AfterEach
    void removeRun() throws IOException {
        run.close();
    }

    @Test
    void aRunThatIsThereIsKeptUnlessToldOtherwise() throws IOException {
        trained();

        Refused.with(train(), "is there already; add --resume to continue it, --force to delete it");
        Refused.with(train("--resume", "--force"), "--resume and --force contradict each other; give one");
        Refused.with(train("--resume", "seed=3"), "seed is 3, not 0", "resume with the same recipe");

        assertThat(train("--resume").code()).isZero();
        assertThat(Call.of("train", "--resume", "--name", run.name()).code()).isZero();
    }

    @Test
    void aRunThatIsNotThereCannotBeResumedByName() {
        Refused.with(Call.of("train", "--resume", "--name", run.name()), run.name() + ": there is no such run");
        Refused.with(Call.of("train", "--resume"), "--resume needs to know which run; give its --name");
    }

    @Test
    void whatIsNoRunIsLeftAlone() throws IOException {
        Path letter = Files.writeString(Files.createDirectories(directory).resolve("dear.txt"), "x");

        Refused.with(train(), "is there already; choose another --name");
        Refused.with(train("--resume"), "is no run directory");
        Refused.with(train("--force"), "is no run directory, so --force does not delete it");

        assertThat(letter).hasContent("x");
    }

    @Test
    void aRunOfAnotherVersionIsNotContinued() throws IOException {
        trained();
        Path provenance = directory.resolve("provenance.json");
        Files.writeString(provenance, Files.readString(provenance).replace("\"schema\" : 1", "\"schema\" : 7"));

        Refused.with(train("--resume"), "has layout version 7, this program reads version 1");
        Refused.with(Call.of("train", "--resume", "--name", run.name()), "has layout version 7");
    }

    @Test
    void filesOfARunThatSomebodyEditedAreNamed() throws IOException {
        unfinished();
        Files.writeString(directory.resolve("metrics.jsonl"), "hello\n");
        Refused.with(quietly(train("--resume")), "metrics.jsonl: holds 0 of the 4 steps", "--force");

        Files.writeString(directory.resolve("recipe.yaml"), "zebra: 1\n");
        Refused.with(train("--resume"), "recipe.yaml line 1: unknown key \"zebra\"");
        Files.delete(directory.resolve("recipe.yaml"));
        Refused.with(train("--resume"), "recipe.yaml: the run's recipe is missing; restore it");

        Files.writeString(directory.resolve("provenance.json"), "{\"kind\":\"vivarium run\",\"schema\":1}");
        assertThat(train("--force").code()).isZero();
        Files.writeString(directory.resolve("summary.json"), "{}");
        Refused.with(train("--resume"), "summary.json: malformed JSON", "\"");
        Files.delete(directory.resolve("summary.json"));
        Files.writeString(directory.resolve("provenance.json"), "{\"kind\":\"vivarium run\",\"schema\":1}");
        Refused.with(train("--resume"), "provenance.json: malformed JSON");
        Files.writeString(directory.resolve("provenance.json"), "{");
        Refused.with(train("--resume"), "provenance.json: is not what vivarium train wrote there");
    }

    @Test
    void aDamagedCheckpointIsNamedAndTheOneBeforeItGivesTheSameBytes() throws IOException {
        trained();
        byte[] whole = Files.readAllBytes(directory.resolve(ADAPTER));

        unfinished();
        Files.writeString(directory.resolve(LAST), "x", StandardOpenOption.APPEND);
        Call one = train("--resume");
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(one.out()).contains("step-000004 is damaged", "the one before it is used");
        assertThat(directory.resolve(ADAPTER)).hasBinaryContent(whole);

        unfinished();
        for (String checkpoint : List.of("step-000002", "step-000004")) {
            Files.writeString(
                    directory.resolve("checkpoints").resolve(checkpoint).resolve("MANIFEST.json"), "{");
        }
        Call all = train("--resume");
        assertThat(all.code()).as(all.err()).isZero();
        assertThat(all.out())
                .contains("step-000002 has an unreadable MANIFEST.json; it was removed and the run begins");
        assertThat(directory.resolve(ADAPTER)).hasBinaryContent(whole);
    }

    @Test
    void otherDataOrAnotherBaseIsNotContinuedOn() throws IOException {
        unfinished();
        Path rows = folder.resolve("rows.jsonl");
        String before = Files.readString(rows);

        Files.writeString(rows, before + before.lines().findFirst().orElseThrow() + "\n");
        Refused.with(
                Call.of("train", "--resume", "--name", run.name()),
                "rows.jsonl: is not what it was when",
                "restore it");
        Files.writeString(rows, before);
        Files.writeString(folder.resolve("model/generation_config.json"), "{\"eos_token_id\": 3}");
        Refused.with(
                Call.of("train", "--resume", "--name", run.name()), "model: is not what it was when", "restore it");
    }

    @Test
    void aRunThatAnotherProcessWritesIsLeftAlone() throws IOException {
        trained();
        try (FileChannel channel = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            Refused.with(train("--resume"), "another process is working on this run; wait for it or end it");
            Refused.with(train("--force"), "another process is working on this run");
        }
        assertThat(directory.resolve(ADAPTER)).exists();
    }

    @Test
    void aFileWhereTheRunsBelongIsNamed() throws Exception {
        List<String> words = trainWords();
        Path obstructed = Files.createDirectories(folder.resolve("obstructed"));
        Files.writeString(obstructed.resolve("runs"), "x");

        assertThat(new RealProgram(obstructed).run("log", words)).isEqualTo(ExitCode.USAGE);
        assertThat(new RealProgram(obstructed).log("log")).contains("runs: is there already", "move it away");
        Refused.assertOneSentence(new RealProgram(obstructed).log("log"));
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws Exception {
        Path locked = Files.createDirectories(folder.resolve("locked/runs"));
        Assumptions.assumeTrue(
                locked.toFile().setWritable(false) && !Files.isWritable(locked), "needs a user who is not root");
        RealProgram program = new RealProgram(folder.resolve("locked"));
        assertThat(program.run("log", trainWords())).isEqualTo(ExitCode.FAILURE);
        assertThat(program.log("log")).contains("mini-rank1: permission denied", "check its owner and mode");
    }

    private List<String> trainWords() throws IOException {
        return List.of(
                "train",
                "--preset",
                "mini-rank1",
                "model=" + TinyModel.write(folder),
                "data.train=" + TinyModel.data(folder, 4));
    }

    /** A finished run of four steps. */
    private void trained() throws IOException {
        Call call = train("--force");
        assertThat(call.code()).as(call.err()).isZero();
    }

    /** A run as it was before its last files were written. */
    private void unfinished() throws IOException {
        trained();
        Files.delete(directory.resolve("summary.json"));
        AtomicFiles.deleteTree(directory.resolve("adapter"));
    }

    /** The same without progress lines, which stand before the sentence once training has begun. */
    private static Call quietly(Call call) {
        List<String> lines =
                call.err().lines().filter(line -> !line.startsWith("train ")).toList();
        return new Call(call.code(), call.out(), String.join("\n", lines));
    }

    private Call train(String... more) throws IOException {
        Path model = folder.resolve("model");
        if (!Files.exists(model)) {
            TinyModel.write(folder);
            TinyModel.data(folder, 6);
        }
        return Call.of(Stream.concat(
                        Stream.of(
                                "train",
                                "--preset",
                                "mini-rank1",
                                "--name",
                                run.name(),
                                "model=" + model,
                                "data.train=" + folder.resolve("rows.jsonl"),
                                "training.max_steps=4",
                                "training.learning_rate=1e-3",
                                "checkpoints.dense_until=0",
                                "checkpoints.every=2"),
                        Stream.of(more))
                .toArray(String[]::new));
    }
}
