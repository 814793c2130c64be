package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.text.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.representer.Represent;
import org.yaml.snakeyaml.representer.Representer;

/** Writes questions as YAML that {@link QuestionYaml} reads back as the same questions. */
final class QuestionWriter {
    private final Map<String, Integer> samples;
    private final Map<String, QuestionNotes> notes;
    /** Equal prompts become one object, which the library writes once and then refers to. */
    private final Map<Map<String, String>, Map<String, String>> prompts = new HashMap<>();

    private int references;

    private QuestionWriter(Map<String, Integer> samples, Map<String, QuestionNotes> notes) {
        this.samples = samples;
        this.notes = notes;
    }

    static String write(List<Question> questions, Map<String, Integer> samples, Map<String, QuestionNotes> notes) {
        return new QuestionWriter(samples, notes).write(questions);
    }

    private String write(List<Question> questions) {
        Map<String, List<Question>> clusters = new LinkedHashMap<>();
        for (Question question : questions) {
            clusters.computeIfAbsent(question.cluster(), cluster -> new ArrayList<>())
                    .add(question);
        }
        List<Map<String, Object>> entries = new ArrayList<>();
        clusters.forEach((cluster, wordings) -> {
            if (isOneEntry(cluster, wordings)) {
                entries.add(entry(cluster, wordings));
            } else {
                wordings.forEach(wording -> entries.add(entry(wording.id(), List.of(wording))));
            }
        });
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setAllowUnicode(true);
        options.setSplitLines(false);
        options.setIndicatorIndent(0);
        return new Yaml(new SafeConstructor(new LoaderOptions()), new PlainTexts(options), options).dump(entries);
    }

    /** Writes a text with control characters as an escaped text; the library would write it as binary. */
    private static final class PlainTexts extends Representer {
        private PlainTexts(DumperOptions options) {
            super(options);
            Represent usual = Objects.requireNonNull(representers.get(String.class));
            representers.put(
                    String.class,
                    text -> StreamReader.isPrintable((String) text)
                            ? usual.representData(text)
                            : representScalar(Tag.STR, (String) text, DumperOptions.ScalarStyle.DOUBLE_QUOTED));
        }
    }

    /** Wordings share an entry if reading that entry gives exactly them again. */
    private boolean isOneEntry(String cluster, List<Question> wordings) {
        Question first = wordings.get(0);
        for (int i = 0; i < wordings.size(); i++) {
            Question wording = wordings.get(i);
            String expected = wordings.size() == 1 ? cluster : QuestionYaml.wordingId(cluster, i);
            if (!wording.id().equals(expected)
                    || !Objects.equals(wording.system(), first.system())
                    || !wording.tags().equals(first.tags())
                    || !wording.history().equals(first.history())
                    || !Objects.equals(samples.get(wording.id()), samples.get(first.id()))
                    || !Objects.equals(notes.get(wording.id()), notes.get(first.id()))) {
                return false;
            }
        }
        return wordings.size() > 1 || !first.tags().containsKey(Question.PARAPHRASE_OF);
    }

    private Map<String, Object> entry(String id, List<Question> wordings) {
        Question first = wordings.get(0);
        QuestionNotes note = notes.getOrDefault(first.id(), QuestionNotes.NONE);
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", id);
        put(entry, "type", note.type());
        entry.put("paraphrases", wordings.stream().map(Question::text).toList());
        put(entry, "system", first.system());
        if (!first.history().isEmpty()) {
            entry.put(
                    "history",
                    first.history().stream().map(QuestionWriter::turn).toList());
        }
        put(entry, "samples_per_paraphrase", samples.get(first.id()));
        put(entry, "judge", note.judge());
        if (!note.judgePrompts().isEmpty()) {
            entry.put("judge_prompts", shared(note.judgePrompts()));
        }
        Map<String, String> meta = new TreeMap<>(first.tags());
        if (wordings.size() > 1) {
            meta.remove(Question.PARAPHRASE_OF);
        }
        if (!meta.isEmpty()) {
            entry.put("meta", meta);
        }
        put(entry, "provenance", note.provenance());
        put(entry, "licence", note.licence());
        return entry;
    }

    private Map<String, String> shared(Map<String, String> template) {
        references++;
        return references > QuestionYaml.MAX_ALIASES
                ? new LinkedHashMap<>(template)
                : prompts.computeIfAbsent(template, same -> same);
    }

    private static Map<String, String> turn(Message message) {
        Map<String, String> turn = new LinkedHashMap<>();
        turn.put("role", message.role());
        turn.put("content", message.content());
        return turn;
    }

    private static void put(Map<String, Object> entry, String key, @Nullable Object value) {
        if (value != null) {
            entry.put(key, value);
        }
    }
}
