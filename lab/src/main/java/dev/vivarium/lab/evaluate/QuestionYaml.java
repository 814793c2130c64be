package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.representer.Represent;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Question files as YAML text.
 *
 * <p>The field's files use anchors and aliases heavily, so they are resolved here; the number of aliased collections,
 * the depth and the size are bounded, and no value below an ignored key is ever walked, so a file cannot grow while
 * it is read.
 */
final class QuestionYaml {
    private static final Set<String> KNOWN =
            Set.of("id", "paraphrases", "system", "samples_per_paraphrase", "meta", "type", "judge", "judge_prompts");
    /** Keys of the field's format that say how to judge; here the judge is chosen on the command line. */
    private static final Set<String> IGNORED = Set.of("type", "judge", "judge_prompts");

    private static final int MAX_CODE_POINTS = 20_000_000;
    private static final int MAX_ALIASES = 500;
    private static final int MAX_DEPTH = 20;
    private static final int MAX_SAMPLES = 1_000_000;

    private QuestionYaml() {}

    static QuestionSet read(String yaml, String where, String sha256) {
        Object document = parse(yaml, where);
        if (!(document instanceof List<?> entries) || entries.isEmpty()) {
            throw new InputException(where + ": expected a list of questions, each with id and paraphrases");
        }
        List<Question> questions = new ArrayList<>();
        Map<String, Integer> samples = new LinkedHashMap<>();
        Set<String> ids = new HashSet<>();
        Set<String> ignored = new TreeSet<>();
        int number = 0;
        for (Object entry : entries) {
            number++;
            if (!(entry instanceof Map<?, ?> map)) {
                throw new InputException(where + ": entry " + number + " is not a mapping with id and paraphrases");
            }
            for (Question question : questions(map, where + ": entry " + number, samples, ignored)) {
                if (!ids.add(question.id())) {
                    throw new InputException(
                            where + ": question id \"" + question.id() + "\" occurs twice; make ids unique");
                }
                questions.add(question);
            }
        }
        List<String> remarks = ignored.isEmpty()
                ? List.of()
                : List.of(where + ": " + String.join(", ", ignored)
                        + " not used (the judge is chosen on the command line)");
        return new QuestionSet(questions, samples, sha256, null, remarks);
    }

    static String write(List<Question> questions, Map<String, Integer> samples) {
        Map<String, List<Question>> clusters = new LinkedHashMap<>();
        for (Question question : questions) {
            clusters.computeIfAbsent(question.cluster(), cluster -> new ArrayList<>())
                    .add(question);
        }
        List<Map<String, Object>> entries = new ArrayList<>();
        clusters.forEach((cluster, wordings) -> {
            if (isOneEntry(cluster, wordings, samples)) {
                entries.add(entry(cluster, wordings, samples));
            } else {
                wordings.forEach(wording -> entries.add(entry(wording.id(), List.of(wording), samples)));
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
    private static boolean isOneEntry(String cluster, List<Question> wordings, Map<String, Integer> samples) {
        Question first = wordings.get(0);
        for (int i = 0; i < wordings.size(); i++) {
            Question wording = wordings.get(i);
            String expected = wordings.size() == 1 ? cluster : wordingId(cluster, i);
            if (!wording.id().equals(expected)
                    || !Objects.equals(wording.system(), first.system())
                    || !wording.tags().equals(first.tags())
                    || !Objects.equals(samples.get(wording.id()), samples.get(first.id()))) {
                return false;
            }
        }
        return wordings.size() > 1 || !first.tags().containsKey(Question.PARAPHRASE_OF);
    }

    private static Map<String, Object> entry(String id, List<Question> wordings, Map<String, Integer> samples) {
        Question first = wordings.get(0);
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", id);
        entry.put("paraphrases", wordings.stream().map(Question::text).toList());
        if (first.system() != null) {
            entry.put("system", first.system());
        }
        Integer asked = samples.get(first.id());
        if (asked != null) {
            entry.put("samples_per_paraphrase", asked);
        }
        Map<String, String> meta = new TreeMap<>(first.tags());
        if (wordings.size() > 1) {
            meta.remove(Question.PARAPHRASE_OF);
        }
        if (!meta.isEmpty()) {
            entry.put("meta", meta);
        }
        return entry;
    }

    private static List<Question> questions(
            Map<?, ?> entry, String where, Map<String, Integer> samples, Set<String> ignored) {
        for (Object key : entry.keySet()) {
            if (!(key instanceof String name) || !KNOWN.contains(name)) {
                throw new InputException(where + ": unknown key \"" + key + "\"; known keys are "
                        + String.join(", ", new TreeSet<>(KNOWN)));
            }
            if (IGNORED.contains(name)) {
                ignored.add(name);
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
        Map<String, String> tags = tags(entry.get("meta"), named + ": meta");
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
            questions.add(new Question(wordingId, wording, systemText, all));
            if (asked != null) {
                samples.put(wordingId, asked);
            }
        }
        return questions;
    }

    private static String wordingId(String id, int index) {
        return id + "#" + (index + 1);
    }

    private static Map<String, String> tags(@Nullable Object meta, String where) {
        Map<String, String> tags = new TreeMap<>();
        if (meta == null) {
            return tags;
        }
        if (!(meta instanceof Map<?, ?> map)) {
            throw new InputException(where + " must be a mapping of names to texts");
        }
        map.forEach((key, value) -> tags.put(text(key, where + " key"), text(value, where + "." + key)));
        return tags;
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

    private static String text(@Nullable Object value, String where) {
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

    private static @Nullable Object parse(String yaml, String where) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setCodePointLimit(MAX_CODE_POINTS);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(MAX_DEPTH);
        try {
            return new Yaml(new SafeConstructor(options)).load(yaml);
        } catch (MarkedYAMLException e) {
            String at = e.getProblemMark() == null
                    ? ""
                    : " at line " + (e.getProblemMark().getLine() + 1);
            throw new InputException(where + ": malformed YAML" + at + ": " + e.getProblem(), e);
        } catch (YAMLException e) {
            throw new InputException(where + ": malformed YAML: " + firstLine(e.getMessage()), e);
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no detail" : message.lines().findFirst().orElse("no detail");
    }
}
