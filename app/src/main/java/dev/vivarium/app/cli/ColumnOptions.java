package dev.vivarium.app.cli;

import dev.vivarium.lab.score.ColumnNames;
import java.util.Map;
import picocli.CommandLine.Option;

/** The convention of every command that reads scored answers. */
final class ColumnOptions {
    @Option(
            names = "--columns",
            split = ",",
            paramLabel = "WHAT=COLUMN",
            description = "Where a CSV file's columns are called otherwise: question_id, question, response, aligned,"
                    + " coherent, id, judge.")
    private Map<String, String> given = Map.of();

    @Option(names = "--mixed", description = "Let scores of several judges stand together.")
    boolean mixed;

    ColumnNames names() {
        return new ColumnNames(given);
    }
}
