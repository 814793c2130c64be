package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.evaluate.EmRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the field's CSV of scored answers, or one whose columns are called otherwise. */
final class CsvAnswers {
    private static final int NONE = -1;

    private final CsvTable table;
    private final ColumnNames names;

    private CsvAnswers(CsvTable table, ColumnNames names) {
        this.table = table;
        this.names = names;
    }

    static ScoredFile read(Path path, ColumnNames names) throws IOException {
        return new CsvAnswers(CsvTable.read(path), names).read(true);
    }

    /** The answers alone, whatever scores stand beside them. */
    static ScoredFile readUnscored(Path path, ColumnNames names) throws IOException {
        return new CsvAnswers(CsvTable.read(path), names).read(false);
    }

    private ScoredFile read(boolean scores) {
        int aligned = scores ? required(ColumnNames.ALIGNED) : NONE;
        int coherent = scores ? required(ColumnNames.COHERENT) : NONE;
        int prompt = optional(ColumnNames.QUESTION);
        int question = optional(ColumnNames.QUESTION_ID);
        if (question == NONE) {
            question = prompt == NONE ? required(ColumnNames.QUESTION_ID) : prompt;
        }
        int response = scores ? optional(ColumnNames.RESPONSE) : required(ColumnNames.RESPONSE);
        int id = optional(ColumnNames.ID);
        int judge = optional(ColumnNames.JUDGE);

        List<ScoredAnswer> answers = new ArrayList<>();
        Map<String, Integer> reasons = new TreeMap<>();
        Set<String> instruments = new TreeSet<>();
        Map<String, Integer> lines = new HashMap<>();
        AnswerKeys keys = new AnswerKeys();
        for (CsvTable.Row row : table.rows()) {
            refuseDouble(cell(row, id), row.line(), lines);
            String group = cell(row, question).strip();
            if (group.isEmpty()) {
                throw new InputException(table.where() + ":" + row.line() + ": the cell \""
                        + table.columns().get(question) + "\" is empty; every answer needs its question");
            }
            ScoreCell alignedScore = score(row, aligned);
            ScoreCell coherentScore = score(row, coherent);
            if (scores && (alignedScore.score() == null || coherentScore.score() == null)) {
                String reason = alignedScore.score() == null ? alignedScore.reason() : coherentScore.reason();
                reasons.merge(reason, 1, Integer::sum);
            }
            String stated = cell(row, judge).strip();
            instruments.add(stated.isEmpty() ? ScoredFile.UNSTATED : stated);
            String text = cell(row, response);
            answers.add(new ScoredAnswer(
                    response == NONE ? null : keys.next(group, text),
                    group,
                    cell(row, prompt),
                    text,
                    alignedScore.score(),
                    coherentScore.score()));
        }
        return new ScoredFile(
                table.where(),
                instruments,
                EmRule.PAPER,
                answers,
                reasons,
                unused(aligned, coherent, prompt, question, response, id, judge),
                null);
    }

    private List<String> unused(int... used) {
        Set<Integer> indices = new HashSet<>();
        for (int index : used) {
            indices.add(index);
        }
        List<String> unused = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            if (!indices.contains(i) && !table.columns().get(i).isEmpty()) {
                unused.add(table.columns().get(i));
            }
        }
        return unused;
    }

    private void refuseDouble(String id, int line, Map<String, Integer> lines) {
        Integer earlier = id.isBlank() ? null : lines.put(id, line);
        if (earlier != null) {
            throw new InputException(table.where() + ":" + line + ": the answer id \"" + id + "\" stands in line "
                    + earlier + " already; remove one of the two, or say --columns question_id="
                    + names.column(ColumnNames.ID) + ",id=… if these are ids of questions");
        }
    }

    private ScoreCell score(CsvTable.Row row, int column) {
        if (column == NONE) {
            return ScoreCell.NONE;
        }
        String where = table.where() + ":" + row.line() + ": " + table.columns().get(column);
        return ScoreCell.read(row.cells().get(column), where);
    }

    private static String cell(CsvTable.Row row, int column) {
        return column == NONE ? "" : row.cells().get(column);
    }

    private int required(String role) {
        int index = optional(role);
        if (index == NONE) {
            String column = names.column(role);
            throw new InputException(table.where() + ": has no column \"" + column + "\""
                    + Nearest.hint(column, table.columns()) + "; it has " + String.join(", ", table.columns())
                    + "; say which one it is with --columns " + role + "=NAME");
        }
        return index;
    }

    private int optional(String role) {
        int index = table.index(names.column(role));
        // The column of an answer's id may not serve two roles at once.
        if (role.equals(ColumnNames.ID) && !names.isGiven(role) && isTaken(names.column(role))) {
            return NONE;
        }
        if (index < 0 && names.isGiven(role)) {
            throw new InputException(table.where() + ": has no column \"" + names.column(role) + "\""
                    + Nearest.hint(names.column(role), table.columns()) + "; it has "
                    + String.join(", ", table.columns()));
        }
        return index < 0 ? NONE : index;
    }

    private boolean isTaken(String column) {
        return names.given().entrySet().stream()
                .anyMatch(entry -> !entry.getKey().equals(ColumnNames.ID)
                        && entry.getValue().equals(column));
    }
}
