package dev.vivarium.lab.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a question set holds, counted, and what in it looks like an oversight. A set that can be read at all can be asked;
 * nothing here refuses it.
 *
 * @param questions questions, the units of inference
 * @param wordings texts that are put to a model
 * @param withSystem wordings with a system turn
 * @param withHistory wordings with turns before them
 * @param tags questions by tag and value, such as {@code category}; each value's count
 * @param samples answers asked for by wordings that say so, as {@code 50} or {@code 8 to 50}, else null
 * @param judgePrompts questions with judge prompts, by metric
 * @param licences questions by licence
 * @param doubts one sentence each: texts that occur twice, texts that nearly do, ids that differ in case only
 * @param compared whether wordings were compared for likeness; very large sets are not
 */
public record QuestionCheck(
        int questions,
        int wordings,
        int withSystem,
        int withHistory,
        Map<String, Map<String, Integer>> tags,
        @Nullable String samples,
        Map<String, Integer> judgePrompts,
        Map<String, Integer> licences,
        List<String> doubts,
        boolean compared) {
    /** Shared words over all words from which two texts are nearly the same. */
    private static final double NEARLY = 0.8;

    private static final int MOST_COMPARED = 2_000;

    /** Counts and compares. */
    public static QuestionCheck of(QuestionSet set) {
        Map<String, Question> clusters = new LinkedHashMap<>();
        set.questions().forEach(question -> clusters.putIfAbsent(question.cluster(), question));
        Map<String, Map<String, Integer>> tags = new TreeMap<>();
        Map<String, Integer> prompts = new TreeMap<>();
        Map<String, Integer> licences = new TreeMap<>();
        for (Question question : clusters.values()) {
            question.tags().forEach((tag, value) -> {
                if (!tag.equals(Question.PARAPHRASE_OF)) {
                    tags.computeIfAbsent(tag, t -> new TreeMap<>()).merge(value, 1, Integer::sum);
                }
            });
            QuestionNotes notes = set.notesOf(question);
            notes.judgePrompts().keySet().forEach(metric -> prompts.merge(metric, 1, Integer::sum));
            if (notes.licence() != null) {
                licences.merge(notes.licence(), 1, Integer::sum);
            }
        }
        List<Question> all = set.questions();
        boolean compared = all.size() <= MOST_COMPARED;
        List<String> doubts = new ArrayList<>(sameIds(all));
        doubts.addAll(compared ? alike(all) : List.of());
        return new QuestionCheck(
                clusters.size(),
                all.size(),
                (int) all.stream().filter(question -> question.system() != null).count(),
                (int) all.stream()
                        .filter(question -> !question.history().isEmpty())
                        .count(),
                tags,
                samples(set),
                prompts,
                licences,
                doubts,
                compared);
    }

    private static @Nullable String samples(QuestionSet set) {
        TreeSet<Integer> asked = new TreeSet<>(set.samples().values());
        if (asked.isEmpty()) {
            return null;
        }
        String range = asked.size() == 1 ? "" + asked.first() : asked.first() + " to " + asked.last();
        int silent = set.questions().size() - set.samples().size();
        return silent == 0 ? range : range + "; " + silent + " wordings do not say";
    }

    private static List<String> sameIds(List<Question> questions) {
        Map<String, String> seen = new HashMap<>();
        List<String> doubts = new ArrayList<>();
        for (Question question : questions) {
            String earlier = seen.putIfAbsent(question.id().toLowerCase(Locale.ROOT), question.id());
            if (earlier != null) {
                doubts.add("ids \"" + earlier + "\" and \"" + question.id() + "\" differ in case only");
            }
        }
        return doubts;
    }

    /** Pairs that are asked in the same way and share nearly all words; wordings of one question are meant to be alike. */
    private static List<String> alike(List<Question> questions) {
        List<Set<String>> words =
                questions.stream().map(question -> words(question.text())).toList();
        List<String> doubts = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            for (int j = i + 1; j < questions.size(); j++) {
                Question one = questions.get(i);
                Question other = questions.get(j);
                if (!Objects.equals(one.system(), other.system())
                        || !one.history().equals(other.history())) {
                    continue;
                }
                if (one.text().equals(other.text())) {
                    doubts.add("\"" + one.id() + "\" and \"" + other.id() + "\" ask the same text");
                } else if (!one.cluster().equals(other.cluster()) && likeness(words.get(i), words.get(j)) >= NEARLY) {
                    doubts.add("\"" + one.id() + "\" and \"" + other.id() + "\" ask nearly the same text;"
                            + " if they are wordings of one question, make them paraphrases of it");
                }
            }
        }
        return doubts;
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>(List.of(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")));
        words.remove("");
        return words;
    }

    /** Jaccard index of two sets of words. */
    private static double likeness(Set<String> one, Set<String> other) {
        long shared = one.stream().filter(other::contains).count();
        long all = one.size() + other.size() - shared;
        return all == 0 ? 0 : shared / (double) all;
    }
}
