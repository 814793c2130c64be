package dev.vivarium.engine.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path directory;

    @Test
    void aFailedWriteKeepsTheOldFileAndLeavesNothingElse() throws IOException {
        Path file = directory.resolve("scores.json");
        AtomicFiles.writeString(file, "old");

        assertThatThrownBy(() -> AtomicFiles.write(file, out -> {
                    out.write("half".getBytes(StandardCharsets.UTF_8));
                    throw new IOException("no space left on device");
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no space left");

        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("scores.json");
    }

    @Test
    void aFailedDirectoryNeverAppears() throws IOException {
        Path target = directory.resolve("step-000001");

        assertThatThrownBy(() -> AtomicFiles.writeDirectory(target, inside -> {
                    Files.writeString(inside.resolve("weights"), "half");
                    throw new IOException("disk full");
                }))
                .hasMessageContaining("disk full");

        assertThat(names()).isEmpty();
    }

    @Test
    void aDirectoryAppearsWholeAndIsNotOverwritten() throws IOException {
        Path target = directory.resolve("step-000001");
        AtomicFiles.writeDirectory(target, inside -> Files.writeString(inside.resolve("weights"), "all"));

        assertThat(target.resolve("weights")).hasContent("all");
        assertThatThrownBy(() -> AtomicFiles.writeDirectory(
                        target, inside -> Files.writeString(inside.resolve("weights"), "other")))
                .isInstanceOf(IOException.class);
        assertThat(target.resolve("weights")).hasContent("all");
    }

    @Test
    void whatIsWrittenMayBeReadByWhoMayReadOrdinaryFiles() throws IOException {
        assumeThat(Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class))
                .as("this file system has access rights")
                .isTrue();
        Path file = directory.resolve("scores.json");
        Path tree = directory.resolve("step-000001");
        AtomicFiles.writeString(file, "all");
        AtomicFiles.writeDirectory(tree, inside -> Files.writeString(inside.resolve("weights"), "all"));

        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(Files.getPosixFilePermissions(Files.createFile(directory.resolve("plain"))));
        assertThat(Files.getPosixFilePermissions(tree))
                .isEqualTo(Files.getPosixFilePermissions(Files.createDirectory(directory.resolve("folder"))));
    }

    @Test
    void leftoversOfAKilledWriterAreSwept() throws IOException {
        Files.writeString(directory.resolve(".scores.json123" + AtomicFiles.PARTIAL), "half");
        Path partial = Files.createDirectories(directory.resolve(".step-000001" + AtomicFiles.PARTIAL));
        Files.writeString(partial.resolve("weights"), "half");
        Files.writeString(directory.resolve("scores.json"), "whole");

        assertThat(AtomicFiles.sweep(directory)).isEqualTo(2);
        assertThat(names()).containsExactly("scores.json");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
