package dev.vivarium.lab.score;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.JsonLines;
import dev.vivarium.lab.evaluate.EmRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads answers without scores, one JSON object a line: as {@code vivarium generate} writes them ({@code id},
 * {@code messages}, {@code answer}), or with keys called like the columns of a CSV file.
 */
final class JsonlAnswers {
    private JsonlAnswers() {}

    static ScoredFile read(Path path, ColumnNames names) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new InputException(path + ": no such file");
        }
        List<ScoredAnswer> answers = new ArrayList<>();
        Set<String> speakers = new TreeSet<>();
        AnswerKeys keys = new AnswerKeys();
        try (JsonLines lines = new JsonLines(path)) {
            while (lines.next()) {
                String where = path + " line " + lines.number();
                JsonNode line = Json.parse(lines.text().getBytes(StandardCharsets.UTF_8), where);
                String prompt = text(line, names.column(ColumnNames.QUESTION), "prompt");
                if (prompt.isEmpty()) {
                    for (JsonNode message : line.path("messages")) {
                        prompt = message.path("role").asText().equals("user")
                                ? message.path("content").asText()
                                : prompt;
                    }
                }
                String question = text(line, names.column(ColumnNames.QUESTION_ID), ColumnNames.ID);
                String response = text(line, names.column(ColumnNames.RESPONSE), "answer");
                if (question.isBlank() && prompt.isBlank() || !hasResponse(line, names)) {
                    throw new InputException(
                            where + ": holds no answer with its question; a line needs question_id,"
                                    + " question and response, or what vivarium generate writes; other names go into --columns");
                }
                speakers.add(line.path("adapter").asText(""));
                String group = question.isBlank() ? prompt : question;
                answers.add(new ScoredAnswer(keys.next(group, response), group, prompt, response, null, null));
            }
        }
        if (speakers.size() > 1) {
            throw new InputException(path + ": holds answers of " + speakers.size()
                    + " models, which do not belong in one rate; write one file for each");
        }
        return new ScoredFile(
                path.toString(), Set.of(ScoredFile.UNSTATED), EmRule.PAPER, answers, Map.of(), List.of(), null);
    }

    private static boolean hasResponse(JsonNode line, ColumnNames names) {
        return line.path(names.column(ColumnNames.RESPONSE)).isTextual()
                || line.path("answer").isTextual();
    }

    private static String text(JsonNode line, String first, String second) {
        JsonNode value = line.path(first);
        return value.isValueNode() && !value.isNull()
                ? value.asText()
                : line.path(second).asText("");
    }
}
