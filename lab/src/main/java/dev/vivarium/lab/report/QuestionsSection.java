package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.score.FileScore.QuestionRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** EM question by question and model by model, the questions that show most first. */
final class QuestionsSection {
    /** More rows are left to the data file. */
    private static final int MOST = 24;

    private QuestionsSection() {}

    static Map<String, Object> of(Comparison comparison, Pictures pictures) {
        List<Row> rows = comparison.mainRows();
        List<Map<String, QuestionRow>> columns = rows.stream()
                .map(row -> pictures.score(row).questions().stream()
                        .collect(Collectors.toMap(QuestionRow::id, question -> question)))
                .toList();
        List<String> questions = comparison.questions().questions().stream()
                .map(question -> question.cluster())
                .distinct()
                .toList();
        Download data = new Download(
                "questions", "question", "model", "scored", "em", "em_rate", "coherent_rate", "aligned_mean");
        for (String question : questions) {
            for (int i = 0; i < rows.size(); i++) {
                QuestionRow cell = columns.get(i).get(question);
                if (cell != null) {
                    data.add(
                            question,
                            rows.get(i).subject().name(),
                            cell.scored(),
                            cell.em(),
                            cell.share(cell.em()),
                            cell.share(cell.coherent()),
                            cell.alignedMean());
                }
            }
        }
        List<String> shown = questions.stream()
                .sorted(Comparator.comparingDouble((String question) -> -highest(question, columns)))
                .limit(MOST)
                .toList();
        Map<String, Object> section = new HashMap<>();
        section.put("models", rows.stream().map(pictures::named).toList());
        section.put(
                "rows",
                shown.stream()
                        .map(question -> row(question, columns, rows, pictures))
                        .toList());
        section.put("left", questions.size() > MOST ? Shown.count(questions.size() - MOST) : "");
        section.put("download", data.link());
        return section;
    }

    private static double highest(String question, List<Map<String, QuestionRow>> columns) {
        return columns.stream()
                .map(column -> share(column.get(question)))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(-1);
    }

    private static Map<String, Object> row(
            String question, List<Map<String, QuestionRow>> columns, List<Row> rows, Pictures pictures) {
        List<Map<String, Object>> cells = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Double share = share(columns.get(i).get(question));
            cells.add(Map.of(
                    "colour",
                    pictures.colour(rows.get(i)),
                    "shade",
                    // the darkest still lets the number on it be read
                    Shown.fixed(share == null ? 0 : 0.06 + 0.5 * share, 2),
                    "width",
                    Shown.fixed(share == null ? 0 : 100 * share, 1) + "%",
                    "value",
                    share == null ? Shown.NOTHING : Shown.fixed(100 * share, 0)));
        }
        return Map.of("question", InertText.line(question), "cells", cells);
    }

    private static @Nullable Double share(@Nullable QuestionRow row) {
        return row == null ? null : row.share(row.em());
    }
}
