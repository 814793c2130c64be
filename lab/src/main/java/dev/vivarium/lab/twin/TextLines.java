package dev.vivarium.lab.twin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.JsonLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Plain texts of a JSONL file whose lines are {@code {"text": …}}, as data sets for pretraining have them. */
final class TextLines {
    private TextLines() {}

    /**
     * Reads the first texts.
     *
     * @throws InputException if a line has none, or there are fewer than two
     */
    static List<String> read(Path file, int most) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InputException("--text " + file + ": no such file");
        }
        List<String> texts = new ArrayList<>();
        try (JsonLines lines = new JsonLines(file)) {
            while (texts.size() < most && lines.next()) {
                String where = file + ":" + lines.number();
                JsonNode text = Json.parse(lines.text().getBytes(StandardCharsets.UTF_8), where)
                        .path("text");
                if (!text.isTextual() || text.textValue().isBlank()) {
                    throw new InputException(where + ": has no \"text\"; write one {\"text\": …} a line");
                }
                texts.add(text.textValue());
            }
        }
        if (texts.size() < 2) {
            throw new InputException(file + ": holds " + texts.size() + " texts; an interval needs at least two");
        }
        return texts;
    }
}
