package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

final class FailureTest {
    @Test
    void inputErrorsAreShownAsTheyAreWithCodeTwo() {
        Failure failure = Failure.of(new InputException("recipe.yaml: unknown key \"leraning_rate\""));
        assertThat(failure).isEqualTo(new Failure(ExitCode.USAGE, "recipe.yaml: unknown key \"leraning_rate\"", null));
    }

    @Test
    void aFullDiskSaysWhichFileAndThatTheRunCanBeResumed() {
        IOException full = new FileSystemException("runs/a/metrics.jsonl", null, "No space left on device");
        Failure failure = Failure.of(new UncheckedIOException(full));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(failure.sentence()).isEqualTo("the disk is full (writing runs/a/metrics.jsonl)");
        assertThat(failure.hint()).contains("--resume");
    }

    @Test
    void aFullDiskIsKnownWithoutAFileName() {
        assertThat(Failure.of(new IOException("No space left on device")).sentence())
                .isEqualTo("the disk is full");
    }

    @Test
    void filesAreNamedAsTheirUserKnowsThemNotAsTheyAreWrittenAside() {
        IOException full = new FileSystemException(
                "runs/a/checkpoints/.step-000004~7719286300152829137.partial/.x.json~1153792837465019283.partial",
                null,
                "No space left on device");
        assertThat(Failure.of(full).sentence())
                .isEqualTo("the disk is full (writing runs/a/checkpoints/step-000004/x.json)");
    }

    @Test
    void aReadOnlyPlaceIsNoDiskToCheck() {
        Failure failure =
                Failure.of(new FileSystemException("runs/.a~3512346123412341234", null, "Read-only file system"));
        assertThat(failure.sentence()).isEqualTo("runs/a: this place is read-only");
        assertThat(failure.hint()).contains("may write to");
    }

    @Test
    void whatAMethodCommandThrewIsLookedForInsideItsWrapper() {
        Throwable wrapped =
                new java.util.concurrent.ExecutionException("calling", new OutOfMemoryError("Java heap space"));
        assertThat(Failure.of(wrapped).sentence()).isEqualTo("the Java heap is full");
    }

    @Test
    void aLibraryThatFailedBeforeStillSaysWhy() {
        Throwable before = new ExceptionInInitializerError(
                "Exception java.lang.UnsatisfiedLinkError: no jnitorch in java.library.path [in thread \"main\"]");
        Throwable again = new NoClassDefFoundError("Could not initialize class org.bytedeco.Torch").initCause(before);
        String sentence = "a library cannot be loaded: no jnitorch in java.library.path";
        assertThat(Failure.of(again).sentence()).isEqualTo(sentence);
        assertThat(Failure.of(new UnsatisfiedLinkError("no jnitorch in java.library.path"))
                        .sentence())
                .isEqualTo(sentence);
    }

    @Test
    void aMissingFileIsAnInputError() {
        Failure failure = Failure.of(new NoSuchFileException("data.jsonl"));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(failure.sentence()).isEqualTo("data.jsonl: no such file or directory");
    }

    @Test
    void aForbiddenFileIsNamed() {
        assertThat(Failure.of(new AccessDeniedException("runs")).sentence()).isEqualTo("runs: permission denied");
    }

    @Test
    void libtorchErrorsAreCutToTheirFirstLine() {
        Failure failure = Failure.of(new RuntimeException(
                "mat1 and mat2 shapes cannot be multiplied\nException raised from meta at Linear.cpp:42\nframe #0: x"));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(failure.sentence())
                .isEqualTo("libtorch refused an operation: mat1 and mat2 shapes cannot be multiplied");
    }

    @Test
    void nativeMemoryThatCannotBeHadGivesAdvice() {
        Failure failure = Failure.of(new RuntimeException(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes\nframe #0: x"));
        assertThat(failure.sentence()).startsWith("there is not enough memory");
        assertThat(failure.hint()).contains("smaller batch");
    }

    @Test
    void aFullHeapGivesAdvice() {
        Failure failure = Failure.of(new OutOfMemoryError("Java heap space"));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(failure.hint()).contains("-Xmx");
    }

    @Test
    void anythingElseIsADefectAndSaysSo() {
        Failure failure = Failure.of(new IllegalStateException("half open"));
        assertThat(failure.sentence()).isEqualTo("internal error, IllegalStateException: half open");
        assertThat(failure.hint()).contains("--debug");
    }
}
