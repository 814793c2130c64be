package dev.vivarium.lab.score;

import java.nio.file.Path;

/**
 * The files of one judging: what one instrument said about a set of answers.
 *
 * @param directory {@code judged/<name>/} beside the answers
 */
public record JudgedFiles(Path directory) {
    /** Where the judgings of an evaluation lie. */
    public static final String FOLDER = "judged";

    /** The {@link JudgingSettings}. */
    public Path settings() {
        return directory.resolve("judging.json");
    }

    /** Every reply that was paid, one a line, with all its probabilities. */
    public Path journal() {
        return directory.resolve("requests.jsonl");
    }

    /** One {@link JudgedAnswer} per line; computed from the journal. */
    public Path judged() {
        return directory.resolve("judged.jsonl");
    }
}
