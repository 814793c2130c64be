package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.SafeYaml;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads question files.
 *
 * <p>The field's files use anchors and aliases heavily, so they are resolved here; the number of aliased collections,
 * the depth and the size are bounded, and what is read is lists and mappings of texts only, so a file cannot grow while it
 * is read.
 */
final class QuestionYaml {
    private static final Set<String> KNOWN = Set.of(
            "id",
            "paraphrases",
            "system",
            "history",
            "samples_per_paraphrase",
            "meta",
            "type",
            "judge",
            "judge_prompts",
            "provenance",
            "licence");

    /** Aliases that a file may have; a set of questions needs two for each. */
    static final int MAX_ALIASES = 5_000;

    private static final SafeYaml.Limits LIMITS = new SafeYaml.Limits(20_000_000, MAX_ALIASES);

    private static final int MAX_TURNS = 100;
    private static final int MAX_SAMPLES = 1_000_000;

    private QuestionYaml() {}

    static QuestionSet read(String yaml, String where, String sha256) {
        Object document = parse(yaml, where);
        if (!(document instanceof List<?> entries) || entries.isEmpty()) {
            throw new InputException(where + ": expected a list of questions, each with id and paraphrases");
        }
        List<Question> questions = new ArrayList<>();
        Map<String, Integer> samples = new LinkedHashMap<>();
        Map<String, QuestionNotes> notes = new LinkedHashMap<>();
        Set<String> ids = new HashSet<>();
        int number = 0;
        for (Object entry : entries) {
            number++;
            if (!(entry instanceof Map<?, ?> map)) {
                throw new InputException(where + ": entry " + number + " is not a mapping with id and paraphrases");
            }
            for (Question question : questions(map, where + ": entry " + number, samples, notes)) {
                if (!ids.add(question.id())) {
                    throw new InputException(
                            where + ": question id \"" + question.id() + "\" occurs twice; make ids unique");
                }
                questions.add(question);
            }
        }
        return new QuestionSet(questions, samples, notes, sha256, null, remarks(where, notes));
    }

    /** What the file asks for and only the command line can give. */
    private static List<String> remarks(String where, Map<String, QuestionNotes> notes) {
        TreeSet<String> judges = new TreeSet<>();
        notes.values().forEach(note -> {
            if (note.judge() != null) {
                judges.add(note.judge());
            }
        });
        return judges.isEmpty()
                ? List.of()
                : List.of(where + ": names the judge " + String.join(", ", judges)
                        + ", but the judge is chosen on the command line");
    }

    private static List<Question> questions(
            Map<?, ?> entry, String where, Map<String, Integer> samples, Map<String, QuestionNotes> notes) {
        for (Object key : entry.keySet()) {
            if (!(key instanceof String name) || !KNOWN.contains(name)) {
                throw new InputException(where + ": unknown key \"" + key + "\"; known keys are "
                        + String.join(", ", new TreeSet<>(KNOWN)));
            }
        }
        String id = text(entry.get("id"), where + ": id");
        if (!Question.isId(id)) {
            throw new InputException(where + ": id must be 1 to 200 printable characters");
        }
        String named = where + " (" + id + ")";
        Object system = entry.get("system");
        String systemText = system == null ? null : text(system, named + ": system");
        if (!(entry.get("paraphrases") instanceof List<?> paraphrases) || paraphrases.isEmpty()) {
            throw new InputException(named + ": paraphrases must be a list of at least one text");
        }
        Map<String, String> tags = texts(entry.get("meta"), named + ": meta");
        List<Message> history = history(entry.get("history"), named + ": history");
        QuestionNotes note = notes(entry, named);
        Integer asked = samples(entry.get("samples_per_paraphrase"), named + ": samples_per_paraphrase");
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < paraphrases.size(); i++) {
            String wording = text(paraphrases.get(i), named + ": paraphrase " + (i + 1));
            if (wording.isBlank()) {
                throw new InputException(named + ": paraphrase " + (i + 1) + " is empty");
            }
            Map<String, String> all = new TreeMap<>(tags);
            String wordingId = id;
            if (paraphrases.size() > 1) {
                all.put(Question.PARAPHRASE_OF, id);
                wordingId = wordingId(id, i);
            }
            questions.add(new Question(wordingId, wording, systemText, all, history));
            if (asked != null) {
                samples.put(wordingId, asked);
            }
            if (!note.equals(QuestionNotes.NONE)) {
                notes.put(wordingId, note);
            }
        }
        return questions;
    }

    static String wordingId(String id, int index) {
        return id + "#" + (index + 1);
    }

    private static QuestionNotes notes(Map<?, ?> entry, String named) {
        return new QuestionNotes(
                optional(entry, "type", named),
                optional(entry, "judge", named),
                texts(entry.get("judge_prompts"), named + ": judge_prompts"),
                optional(entry, "provenance", named),
                optional(entry, "licence", named));
    }

    private static @Nullable String optional(Map<?, ?> entry, String key, String named) {
        Object value = entry.get(key);
        return value == null ? null : text(value, named + ": " + key);
    }

    private static Map<String, String> texts(@Nullable Object value, String where) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (value == null) {
            return texts;
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new InputException(where + " must be a mapping of names to texts");
        }
        map.forEach((key, text) -> texts.put(text(key, where + " key"), text(text, where + "." + key)));
        return texts;
    }

    /** Turns that go before a question. */
    static List<Message> history(@Nullable Object value, String where) {
        if (value == null) {
            return List.of();
        }
        List<Message> turns = new ArrayList<>();
        if (value instanceof List<?> list && list.size() <= MAX_TURNS) {
            for (Object turn : list) {
                if (!(turn instanceof Map<?, ?> map) || !map.keySet().equals(Set.of("role", "content"))) {
                    throw new InputException(where + ": turn " + (turns.size() + 1) + " must have role and content");
                }
                String at = where + ": turn " + (turns.size() + 1);
                turns.add(
                        new Message(text(map.get("role"), at + ": role"), text(map.get("content"), at + ": content")));
            }
        }
        if (turns.isEmpty() || !Question.alternates(turns)) {
            throw new InputException(where + " must be a list of at most " + MAX_TURNS
                    + " turns, the user's and the assistant's by turns, ending with the assistant's");
        }
        return turns;
    }

    private static @Nullable Integer samples(@Nullable Object value, String where) {
        if (value == null) {
            return null;
        }
        if (value instanceof Integer count && count >= 1 && count <= MAX_SAMPLES) {
            return count;
        }
        throw new InputException(where + " must be a whole number from 1 to " + MAX_SAMPLES + ", not " + shown(value));
    }

    static String text(@Nullable Object value, String where) {
        return switch (value) {
            case String text -> text;
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case null -> throw new InputException(where + " is missing");
            default -> throw new InputException(where + " must be a text, not " + shown(value) + "; put it in quotes");
        };
    }

    private static String shown(Object value) {
        return switch (value) {
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a mapping";
            default -> "\"" + value + "\"";
        };
    }

    static @Nullable Object parse(String yaml, String where) {
        return SafeYaml.parse(yaml, where, LIMITS);
    }
}
