package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.evaluate.NamedQuestions;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionCheck;
import dev.vivarium.lab.evaluate.QuestionNotes;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A question set as text and as JSON.
 *
 * @param found the set with its name
 */
record QuestionsReport(NamedQuestions found) {
    /** A tag with more values than this is counted only. */
    private static final int MOST_VALUES = 12;

    private static final String INDENT = "    ";

    /** The document of {@code questions check --json}. */
    Map<String, Object> checked() {
        Map<String, Object> json = head();
        json.put("check", QuestionCheck.of(found.set()));
        json.put("remarks", found.set().remarks());
        return json;
    }

    /** The document of {@code questions show --json}. */
    Map<String, Object> shown() {
        QuestionSet set = found.set();
        List<Map<String, Object>> questions = new ArrayList<>();
        for (Question question : set.questions()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("id", question.id());
            one.put("question", question.cluster());
            one.put("text", question.text());
            one.put("system", question.system());
            one.put("history", question.history());
            one.put("samples", set.samples().get(question.id()));
            one.put("tags", question.tags());
            one.put("notes", set.notesOf(question));
            questions.add(one);
        }
        Map<String, Object> json = head();
        json.put("questions", questions);
        return json;
    }

    private Map<String, Object> head() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", found.name());
        json.put("sha256", found.set().sha256());
        return json;
    }

    /** What {@code questions check} says. */
    void printCheck(PrintStream out) {
        QuestionSet set = found.set();
        QuestionCheck check = QuestionCheck.of(set);
        Figures.line(out, "set", "%s", Figures.inert(found.name()));
        Figures.line(
                out,
                "questions",
                "%,d%s",
                check.questions(),
                check.wordings() == check.questions()
                        ? ""
                        : String.format(Locale.ROOT, " in %,d wordings", check.wordings()));
        Figures.line(out, "samples", "%s", check.samples() == null ? "the file does not say" : check.samples());
        check.tags().forEach((tag, values) -> Figures.line(out, Figures.inert(tag), "%s", values(values)));
        if (check.withSystem() > 0) {
            Figures.line(out, "system turn", "%,d wordings", check.withSystem());
        }
        if (check.withHistory() > 0) {
            Figures.line(out, "turns before", "%,d wordings", check.withHistory());
        }
        if (!check.judgePrompts().isEmpty()) {
            Figures.line(out, "judge prompts", "%s", values(check.judgePrompts()));
        }
        Figures.line(out, "licence", "%s", check.licences().isEmpty() ? "not stated" : values(check.licences()));
        Figures.line(out, "sha256", "%s", set.sha256());
        set.remarks().forEach(remark -> Figures.line(out, "note", "%s", Figures.inert(remark)));
        check.doubts().forEach(doubt -> Figures.line(out, "doubt", "%s", Figures.inert(doubt)));
        if (!check.compared()) {
            Figures.line(out, "note", "too many questions to look for such that are alike");
        }
        if (check.doubts().isEmpty()) {
            Figures.line(out, "doubts", "none");
        }
    }

    private static String values(Map<String, Integer> counts) {
        return counts.size() > MOST_VALUES
                ? counts.size() + " values"
                : counts.entrySet().stream()
                        .map(value -> Figures.inert(value.getKey()) + " " + value.getValue())
                        .collect(Collectors.joining(", "));
    }

    /** What {@code questions show} says. */
    void printQuestions(PrintStream out) {
        String provenance = null;
        for (Question question : found.set().questions()) {
            out.println(Figures.inert(question.id()) + about(question));
            said(out, "system", question.system());
            for (Message turn : question.history()) {
                said(out, turn.role(), turn.content());
            }
            said(out, null, question.text());
            QuestionNotes notes = found.set().notesOf(question);
            if (notes.provenance() != null && !notes.provenance().equals(provenance)) {
                provenance = notes.provenance();
                String licence = notes.licence() == null ? "" : " (" + notes.licence() + ")";
                out.println(INDENT + "[" + Figures.inert(provenance + licence) + "]");
            }
            out.println();
        }
    }

    private static String about(Question question) {
        String tags = question.tags().entrySet().stream()
                .filter(tag -> !tag.getKey().equals(Question.PARAPHRASE_OF))
                .map(tag -> tag.getKey() + ": " + tag.getValue())
                .collect(Collectors.joining(", "));
        return tags.isEmpty() ? "" : "  " + Figures.inert(tags);
    }

    private static void said(PrintStream out, @Nullable String role, @Nullable String text) {
        if (text != null) {
            String whole = role == null ? text : role + ": " + text;
            InertText.whole(whole).lines().forEach(line -> out.println(INDENT + line));
        }
    }
}
