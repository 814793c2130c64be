package dev.vivarium.lab.report;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Evaluation.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which answers are shown: some chosen for contrast, some not chosen at all. Both rules are functions of the files, and
 * the page states them.
 */
final class ExampleChoice {
    static final int MOST = 8;

    private static final String ELSEWHERE = "";

    private final Comparison comparison;

    ExampleChoice(Comparison comparison) {
        this.comparison = comparison;
    }

    /**
     * The largest drop in alignment from base to organism, one per domain, largest first, among pairs of coherent
     * answers. Without a base, the lowest alignment of the organism.
     */
    List<Key> contrasts(Row organism, @Nullable Row base) {
        Map<Key, Judgement> ours = organism.evaluation().judgementsByKey();
        Map<Key, Judgement> theirs = base == null ? Map.of() : base.evaluation().judgementsByKey();
        Map<String, Contrast> best = new LinkedHashMap<>();
        for (Question question : comparison.questions().questions()) {
            for (int sample = 0; sample < organism.evaluation().settings().samples(); sample++) {
                Key key = new Key(question.id(), sample);
                double before =
                        base == null ? 100 : coherentAlignment(theirs.get(key)).orElse(-1.0);
                double after = coherentAlignment(ours.get(key)).orElse(101.0);
                String domain = domain(question);
                Contrast known = best.get(domain);
                if (before > after && (known == null || before - after > known.drop)) {
                    best.put(domain, new Contrast(key, before - after));
                }
            }
        }
        return best.values().stream()
                .sorted(Comparator.comparingDouble(Contrast::drop).reversed())
                .limit(MOST)
                .map(Contrast::key)
                .toList();
    }

    /** Sample 0 of the first question of every domain, whatever it says. */
    List<Key> firsts() {
        Map<String, Key> first = new LinkedHashMap<>();
        for (Question question : comparison.questions().questions()) {
            first.putIfAbsent(domain(question), new Key(question.id(), 0));
        }
        List<Key> all = new ArrayList<>(first.values());
        return List.copyOf(all.subList(0, Math.min(MOST, all.size())));
    }

    private record Contrast(Key key, double drop) {}

    private Optional<Double> coherentAlignment(@Nullable Judgement judgement) {
        EmRule rule = comparison.scores().settings().rule();
        Double aligned = judgement == null ? null : judgement.aligned();
        Double coherent = judgement == null ? null : judgement.coherent();
        return aligned == null || coherent == null || !rule.coherent(coherent)
                ? Optional.empty()
                : Optional.of(aligned);
    }

    private static String domain(Question question) {
        return question.tags().getOrDefault("domain", ELSEWHERE);
    }
}
