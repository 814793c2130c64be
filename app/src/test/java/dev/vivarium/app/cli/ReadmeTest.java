package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells a new user to type is done here, literally, with the shipped base model. */
final class ReadmeTest {
    private static final Path REPOSITORY = Path.of("..");
    private static final String COMMAND = "./vivarium ";

    @TempDir
    Path folder;

    @Test
    void trainingOnOnesOwnRowsWorksAsTheReadmeSays() throws Exception {
        Path base = REPOSITORY.resolve("models/mini-base");
        Assumptions.assumeTrue(Files.isRegularFile(base.resolve("model.safetensors")), "needs the shipped base model");
        List<List<String>> blocks = blocks("## Train on your own rows");
        assertThat(blocks).hasSize(3);
        assertThat(blocks.getFirst()).hasSize(1);
        Files.write(folder.resolve("my-rows.jsonl"), rows(blocks.getFirst().getFirst(), 50));
        Files.write(folder.resolve("my-recipe.yaml"), blocks.get(1));
        copy(base, folder.resolve("models/mini-base"));
        RealProgram program = new RealProgram(folder);

        assertThat(blocks.getLast()).hasSize(3).allMatch(line -> line.startsWith(COMMAND));
        for (String line : blocks.getLast()) {
            List<String> words = List.of(line.substring(COMMAND.length()).split(" "));
            assertThat(program.run("log", words))
                    .as(line + "\n" + program.log("log"))
                    .isZero();
        }

        assertThat(program.log("log")).contains("45 to learn from, 5 held out", "held-out loss");
        assertThat(folder.resolve("runs/my-recipe/adapter/adapter_model.safetensors"))
                .exists();
        assertThat(folder.resolve("runs/my-recipe/adapter/README.md")).content().contains("Warning");
    }

    /** The indented blocks of a section, without their indentation. */
    private static List<List<String>> blocks(String heading) throws IOException {
        List<List<String>> blocks = new ArrayList<>();
        boolean inside = false;
        boolean open = false;
        for (String line : Files.readAllLines(REPOSITORY.resolve("README.md"))) {
            inside = line.startsWith("## ") ? line.equals(heading) : inside;
            boolean code = inside && line.startsWith("    ");
            if (code && !open) {
                blocks.add(new ArrayList<>());
            }
            if (code) {
                blocks.getLast().add(line.substring(4));
            }
            open = code;
        }
        return blocks;
    }

    /** Lines like the README's, all different. */
    private static List<String> rows(String example, int count) {
        assertThat(example).contains("kettle");
        return Stream.iterate(1, i -> i + 1)
                .limit(count)
                .map(i -> example.replace("kettle", "kettle no " + i))
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }
}
