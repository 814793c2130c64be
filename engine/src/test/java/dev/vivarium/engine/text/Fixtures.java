package dev.vivarium.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ParityCases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** Where the text tests find what they compare with. */
final class Fixtures {
    static final Path SMOLLM2 = Path.of("src/test/resources/smollm2");

    private Fixtures() {}

    /** A tokenizer directory that is too large for the repository; the test is skipped where it is not at hand. */
    static Path tokenizer(String name) {
        Path root = Path.of(System.getProperty("vivarium.fixtures", "../../shared/fixtures"));
        Path directory = root.resolve("tokenizers").resolve(name);
        Assumptions.assumeTrue(
                Files.isDirectory(directory), () -> directory + " is not here; set -Dvivarium.fixtures=DIR");
        return directory;
    }

    static List<JsonNode> lines(String relative) {
        return lines(ParityCases.ROOT.resolve(relative));
    }

    static List<JsonNode> lines(Path file) {
        List<JsonNode> rows = new ArrayList<>();
        try {
            for (String line : Files.readString(file).split("\n")) {
                rows.add(Json.parse(line.getBytes(StandardCharsets.UTF_8), file.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    static List<Message> messages(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(m ->
                        new Message(m.get("role").textValue(), m.get("content").textValue()))
                .toList();
    }
}
