package dev.vivarium.lab.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.JsonLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one component of a run's adapter says of each token of its answers, as {@code vivarium scalars read} left it beside
 * the run.
 *
 * @param component its name, such as {@code 24.down_proj}
 * @param strong what few scalars are stronger than
 * @param finding what probes of all its scalars found, in a sentence or two
 * @param answers by run and evaluation, question and sample
 */
public record TokenScalars(String component, double strong, String finding, Map<Key, Line> answers) {
    /** Name of the file of lines. */
    public static final String FILE = "tokens.jsonl";

    /** Where the document beside it says what the file holds. */
    public static final String SHOWN = "tokens_shown";

    private static final String DOCUMENT = "scalars.json";

    public TokenScalars {
        answers = Map.copyOf(answers);
    }

    /** One answer of one evaluation. */
    public record Key(String source, String question, int sample) {}

    /**
     * A line of the file.
     *
     * @param source names of the run and of the evaluation, with a slash between
     * @param pieces what each token adds to the text, the end of the turn among them
     * @param scalars one for each
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Line(String source, String questionId, int sample, List<String> pieces, float[] scalars) {
        public Line {
            pieces = List.copyOf(pieces);
            scalars = scalars.clone();
            if (pieces.size() != scalars.length) {
                throw new IllegalArgumentException("one scalar for each token");
            }
        }

        @Override
        public float[] scalars() {
            return scalars.clone();
        }

        /** Whether it is about this very text; an answer that was sampled anew is not. */
        public boolean reads(String text) {
            return String.join("", pieces).startsWith(text);
        }
    }

    /** Those of a directory; null where it has none, and without answers where an older version left no file of them. */
    static @Nullable TokenScalars read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(directory.resolve(DOCUMENT))) {
            return null;
        }
        JsonNode document = Json.read(directory.resolve(DOCUMENT));
        JsonNode shown = document.path(SHOWN);
        Map<Key, Line> answers = new HashMap<>();
        List<Line> lines = Files.isRegularFile(file) ? JsonLog.read(file, Line.class) : List.of();
        for (Line line : lines) {
            answers.put(new Key(line.source, line.questionId, line.sample), line);
        }
        return new TokenScalars(
                shown.path("component").asText(),
                shown.path("strong").asDouble(),
                document.path("finding").asText(),
                answers);
    }

    /** An answer's tokens; null where they were not read, or where another text was. */
    public @Nullable Line of(String run, String evaluation, String question, int sample, String text) {
        Line line = answers.get(new Key(run + "/" + evaluation, question, sample));
        return line != null && line.reads(text) ? line : null;
    }
}
