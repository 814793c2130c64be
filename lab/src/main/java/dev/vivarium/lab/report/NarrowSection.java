package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Rate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Each model inside the trained domain and outside it, whether one question set holds both or two do: the narrow and the broad
 * rate side by side, each with its difference from the base on the same questions.
 */
final class NarrowSection {
    private final Palette palette;
    private final String trained;
    private final Confidence confidence;
    private final String level;
    private final Map<Subject, Sides> sides = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private final @Nullable Subject base;

    /** A model's answers inside the trained domain and outside it. */
    private static final class Sides {
        private final List<ScoredAnswer> inside = new ArrayList<>();
        private final List<ScoredAnswer> outside = new ArrayList<>();
        private final Row row;

        Sides(Row row) {
            this.row = row;
        }

        @Nullable
        ScoredFile file(boolean in) {
            List<ScoredAnswer> answers = in ? inside : outside;
            ScoredFile whole = row.scored();
            return answers.stream().noneMatch(ScoredAnswer::scored)
                    ? null
                    : new ScoredFile(
                            whole.file(),
                            whole.instruments(),
                            whole.rule(),
                            answers,
                            Map.of(),
                            List.of(),
                            whole.limited());
        }
    }

    /**
     * @param comparisons all measured in the same way
     */
    private NarrowSection(List<Comparison> comparisons, String trained, Palette palette) {
        Comparison first = comparisons.getFirst();
        this.palette = palette;
        this.trained = trained;
        this.level = RatesSection.level(first);
        this.confidence = first.scores().settings().confidence();
        comparisons.forEach(comparison -> comparison.mainRows().forEach(this::add));
        this.base = comparisons.stream()
                .flatMap(comparison -> comparison.rows().stream())
                .map(Row::subject)
                .filter(subject -> subject.role() == Subject.Role.BASE && sides.containsKey(subject))
                .findFirst()
                .orElse(null);
    }

    private void add(Row row) {
        Set<String> inside = new HashSet<>();
        for (Question question : row.evaluation().questions().questions()) {
            if (trained.equals(question.tags().get(DomainSection.TAG))) {
                inside.add(question.cluster());
            }
        }
        asked.add(InertText.line(row.evaluation().name()));
        Sides of = sides.computeIfAbsent(row.subject(), subject -> new Sides(row));
        for (ScoredAnswer answer : row.scored().answers()) {
            (inside.contains(answer.question()) ? of.inside : of.outside).add(answer);
        }
    }

    /**
     * Nothing unless exactly one domain is known as trained on and was asked about. Rates of another judge, rule or way of sampling
     * are other quantities, so what was measured differently has a table of its own where it holds more than one model.
     */
    static List<Map<String, Object>> of(List<Comparison> comparisons, Palette palette) {
        Set<String> trained = new TreeSet<>();
        for (Comparison comparison : comparisons) {
            List<String> names = DomainSection.names(comparison);
            comparison
                    .rows()
                    .forEach(row -> DomainSection.trained(row.subject(), names).ifPresent(trained::add));
        }
        if (trained.size() != 1) {
            return List.of();
        }
        List<List<Comparison>> alike = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            alike.stream()
                    .filter(others -> others.getFirst().isMeasuredAs(comparison))
                    .findFirst()
                    .orElseGet(() -> {
                        alike.add(new ArrayList<>());
                        return alike.getLast();
                    })
                    .add(comparison);
        }
        List<Map<String, Object>> sections = new ArrayList<>();
        for (List<Comparison> group : alike) {
            NarrowSection section = new NarrowSection(group, trained.iterator().next(), palette);
            if (sections.isEmpty() || section.sides.size() > 1) {
                sections.add(section.shown());
            }
        }
        return sections;
    }

    private Map<String, Object> shown() {
        Download data = new Download(
                "narrow",
                "model",
                "role",
                "where",
                "scored",
                "questions",
                "em",
                "em_rate",
                "like_low",
                "like_high",
                "em_minus_base",
                "minus_base_low",
                "minus_base_high");
        List<Map<String, Object>> rows = new ArrayList<>();
        sides.forEach((subject, of) -> {
            Map<String, Object> row = new HashMap<>();
            row.put("model", InertText.line(subject.name()));
            row.put("role", subject.roleBesideName());
            row.put("colour", palette.of(subject));
            put(row, "in", subject, of, true, data);
            put(row, "out", subject, of, false, data);
            rows.add(row);
        });
        Map<String, Object> section = new HashMap<>();
        section.put("level", level);
        section.put("asked", Shown.list(List.copyOf(asked)));
        section.put("domain", InertText.line(trained));
        section.put("rows", rows);
        section.put("download", data.link());
        return section;
    }

    private void put(Map<String, Object> row, String prefix, Subject subject, Sides of, boolean inside, Download data) {
        ScoredFile file = of.file(inside);
        Rate em = file == null ? Rate.NONE : FileScore.of(file, confidence).em();
        Paired paired = paired(subject, file, inside);
        row.put(prefix, Shown.percent(em.value()));
        row.put(
                prefix + "Like",
                em.atMostIfZero() == null
                        ? Shown.percent(em.questionsLikeThese())
                        : "≤ " + Shown.percent(em.atMostIfZero()));
        row.put(prefix + "N", Shown.count(em.n()));
        row.put(
                prefix + "Minus",
                paired == null ? Shown.NOTHING : Forest.points(paired.em().value(), 100));
        row.put(
                prefix + "MinusLike",
                paired == null ? "" : Forest.points(paired.em().questionsLikeThese(), 100));
        data.add(
                subject.name(),
                subject.role().label(),
                inside ? trained : "other domains",
                em.n(),
                em.questions(),
                em.hits(),
                em.value(),
                Download.low(em.questionsLikeThese()),
                Download.high(em.questionsLikeThese()),
                paired == null ? null : paired.em().value(),
                paired == null ? null : Download.low(paired.em().questionsLikeThese()),
                paired == null ? null : Download.high(paired.em().questionsLikeThese()));
    }

    private @Nullable Paired paired(Subject subject, @Nullable ScoredFile file, boolean inside) {
        Sides there = base == null || base.equals(subject) ? null : sides.get(base);
        ScoredFile against = there == null ? null : there.file(inside);
        return file == null || against == null ? null : Paired.of(file, against, confidence);
    }
}
