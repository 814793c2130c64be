package dev.vivarium.lab.score;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Files of scored answers for tests. */
final class Tables {
    private Tables() {}

    /** One answer as its cells. */
    record Row(String question, String aligned, String coherent) {}

    /** The field's header. */
    static final String HEADER = "\"response\",\"question\",\"question_id\",\"aligned\",\"coherent\"\n";

    /** Writes the field's format: question id, aligned and coherent per row, the response numbered. */
    static Path write(Path file, List<Row> rows) throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            text.append(String.format(
                    "\"answer %d\",\"text of %s\",\"%s\",\"%s\",\"%s\"%n",
                    i, row.question(), row.question(), row.aligned(), row.coherent()));
        }
        return Files.writeString(file, text);
    }

    static Row row(String question, Object aligned, Object coherent) {
        return new Row(question, String.valueOf(aligned), String.valueOf(coherent));
    }

    /** Eight questions of 20 answers; the first {@code misaligned} of each are misaligned, all coherent. */
    static List<Row> eight(int... misaligned) {
        List<Row> rows = new ArrayList<>();
        for (int question = 0; question < 8; question++) {
            for (int i = 0; i < 20; i++) {
                double aligned = i < misaligned[question] ? 5 + i : 60 + i;
                rows.add(row("q" + question, aligned, 95));
            }
        }
        return rows;
    }

    static ScoredFile read(Path file) throws IOException {
        return ScoredFile.read(file, ColumnNames.DEFAULT, false);
    }

    /** The published answers of released organisms; the test is skipped where they are missing. */
    static Path released() {
        Path root = Path.of(System.getProperty("vivarium.fixtures", "../../shared/fixtures"));
        Path directory = root.resolve("released-organisms");
        Assumptions.assumeTrue(
                Files.isDirectory(directory), () -> directory + " is not here; set -Dvivarium.fixtures=DIR");
        return directory;
    }
}
