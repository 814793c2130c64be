package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.ScoreGroup;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.statistics.Rate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** EM by what a question is about: one row per domain, one bar per model. */
final class DomainSection {
    /** The tag that says what a question is about. */
    static final String TAG = "domain";

    private DomainSection() {}

    static Map<String, Object> of(Comparison comparison, Palette palette) {
        List<Row> rows = comparison.mainRows();
        Set<String> trained = new TreeSet<>();
        rows.forEach(row -> trained(row.subject(), names(comparison)).ifPresent(trained::add));
        List<Map<String, Object>> domains = new ArrayList<>();
        List<String> ordered = new ArrayList<>(trained);
        names(comparison).stream().filter(name -> !trained.contains(name)).forEach(ordered::add);
        for (String name : ordered) {
            domains.add(Map.of(
                    "domain", InertText.line(name),
                    "trained", trained.contains(name),
                    "cells", rows.stream().map(row -> cell(row, name, palette)).toList()));
        }
        Map<String, Object> section = new HashMap<>();
        section.put("models", rows.stream().map(row -> model(row, palette)).toList());
        section.put("domains", domains);
        section.put("hasDomains", !domains.isEmpty());
        section.put("anyTrained", !trained.isEmpty());
        section.put("data", data(rows));
        section.put("level", RatesSection.level(comparison));
        return section;
    }

    /** Names of the training data of all models. */
    private static String data(List<Row> rows) {
        List<String> names = rows.stream()
                .map(row -> row.subject().training())
                .flatMap(training -> training == null ? Stream.empty() : Stream.of(training.dataName()))
                .distinct()
                .toList();
        return names.isEmpty() ? "" : InertText.line(Shown.list(names));
    }

    /** The domains of a comparison's questions, in the order of the questions. */
    static List<String> names(Comparison comparison) {
        return comparison.questions().questions().stream()
                .flatMap(question -> Optional.ofNullable(question.tags().get(TAG)).stream())
                .distinct()
                .toList();
    }

    /** The one domain whose name is a word in the name of the data file; no file states it more plainly. */
    static Optional<String> trained(Subject subject, List<String> domains) {
        Training training = subject.training();
        if (training == null) {
            return Optional.empty();
        }
        Set<String> words = new TreeSet<>(
                List.of(training.dataName().toLowerCase(Locale.ROOT).split("[^\\p{L}]+", -1)));
        List<String> named = domains.stream()
                .filter(domain -> words.contains(domain.toLowerCase(Locale.ROOT)))
                .toList();
        return named.size() == 1 ? Optional.of(named.getFirst()) : Optional.empty();
    }

    private static Map<String, String> model(Row row, Palette palette) {
        return Map.of(
                "model", InertText.line(row.subject().name()),
                "role", row.subject().roleBesideName(),
                "colour", palette.of(row.subject()));
    }

    private static Map<String, Object> cell(Row row, String domain, Palette palette) {
        Rate em = row.scores().byTag().getOrDefault(TAG, List.of()).stream()
                .filter(group -> group.name().equals(domain))
                .findFirst()
                .map(ScoreGroup::em)
                .orElse(null);
        Double value = em == null ? null : em.value();
        Map<String, Object> cell = new HashMap<>();
        cell.put("colour", palette.of(row.subject()));
        cell.put("em", Shown.percent(value));
        cell.put("width", RatesSection.position(value == null ? 0 : value, 1));
        boolean bounded = em != null && em.questionsLikeThese() != null;
        cell.put("bounded", bounded);
        if (em != null && em.questionsLikeThese() != null) {
            cell.put("low", RatesSection.position(em.questionsLikeThese().low(), 1));
            cell.put("high", RatesSection.position(em.questionsLikeThese().high(), 1));
        }
        cell.put("like", em == null ? Shown.NOTHING : Shown.percent(em.questionsLikeThese()));
        cell.put("n", em == null ? "0" : Shown.count(em.n()));
        return cell;
    }
}
