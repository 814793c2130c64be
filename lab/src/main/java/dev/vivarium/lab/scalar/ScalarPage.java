package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.PageFile;
import dev.vivarium.lab.report.TokenShades;
import dev.vivarium.lab.scalar.ScalarReading.AnswerTokens;
import dev.vivarium.lab.statistics.Probe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The page of a scalar report. Tokens carry their scalar as the strength of an underline, solid above zero and dotted below,
 * besides its colour, and as a number on demand, so that it reads without colour and without a script.
 */
final class ScalarPage {
    private static final PageFile FILE =
            new PageFile("/dev/vivarium/lab/scalar/", "scalars", List.of("scalars.css"), "scalars.js");

    private static final int SHOWN_OF_CLASS = 5;

    private final ScalarReport report;
    private final double[] strong; // by component
    private final int first; // the component that is shown before another is chosen

    private ScalarPage(ScalarReport report) {
        this.report = report;
        int n = report.reading().components().size();
        this.strong = IntStream.range(0, n)
                .mapToDouble(j -> report.reading().strong(j))
                .toArray();
        this.first = ComponentSummary.mostApart(report);
    }

    static String of(ScalarReport report) {
        return new ScalarPage(report).page();
    }

    private String page() {
        Map<String, Object> page = new HashMap<>();
        page.put("title", InertText.line("Scalars of " + report.subject()));
        page.put("finding", InertText.line(report.finding()));
        page.put(
                "facts",
                List.of(
                        fact("Components", String.valueOf(strong.length)),
                        fact("Answers read", count(report.reading().answers().size())),
                        fact("Tokens", count(report.reading().tokens())),
                        fact(
                                "Of no class",
                                count(report.answers().left().values().stream()
                                        .mapToInt(Integer::intValue)
                                        .sum()))));
        page.put("contrasts", report.contrasts().stream().map(this::contrast).toList());
        page.put("coefficients", coefficients());
        page.put(
                "probed",
                probed().stream()
                        .map(one -> InertText.line(one.contrast().text()))
                        .toList());
        List<Integer> shown = shown();
        List<Map<String, Object>> options = new ArrayList<>();
        for (int j = 0; j < strong.length; j++) {
            options.add(Map.of(
                    "value", j, "name", report.reading().components().get(j).name(), "chosen", j == first));
        }
        page.put("options", options);
        page.put("first", report.reading().components().get(first).name());
        page.put("answers", shown.stream().map(this::answer).toList());
        page.put(
                "left",
                report.answers().left().entrySet().stream()
                        .map(entry -> Map.of("why", entry.getKey(), "count", count(entry.getValue())))
                        .toList());
        return FILE.fill(page, data(shown), false);
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", name, "value", value);
    }

    private Map<String, Object> contrast(ProbedContrast contrast) {
        Map<String, Object> row = new HashMap<>();
        row.put("name", InertText.line(contrast.contrast().text()));
        row.put(
                "sizes",
                count(contrast.positive().answers()) + " vs "
                        + count(contrast.negative().answers()));
        row.put(
                "questions",
                contrast.positive().questions() + ", " + contrast.negative().questions());
        String missing = contrast.missing();
        row.put("missing", missing == null ? "" : InertText.line(missing));
        Probe probe = contrast.probe();
        Probe.Estimate tokenGain = contrast.tokenGain();
        Probe.Estimate answerGain = contrast.answerGain();
        row.put("probed", probe != null);
        if (probe != null && tokenGain != null && answerGain != null) {
            row.put("tokenAuc", ScalarReport.figure(probe.tokenAuc()));
            row.put("answerAuc", ScalarReport.figure(probe.answerAuc()));
            row.put("answerAccuracy", ScalarReport.figure(probe.answerAccuracy()));
            row.put("tokenGain", ScalarReport.signed(tokenGain).replace('-', '−'));
            row.put("answerGain", ScalarReport.signed(answerGain).replace('-', '−'));
        }
        boolean all = probe == null || contrast.used() == contrast.tokens();
        row.put("tokens", all ? count(contrast.tokens()) : count(contrast.used()) + " of " + count(contrast.tokens()));
        return row;
    }

    private List<ProbedContrast> probed() {
        return report.contrasts().stream()
                .filter(contrast -> contrast.probe() != null)
                .toList();
    }

    private List<Map<String, Object>> coefficients() {
        List<Map<String, Object>> rows = new ArrayList<>();
        List<ComponentSummary> summaries = ComponentSummary.of(report);
        for (int j = 0; j < strong.length; j++) {
            int component = j;
            ComponentSummary summary = summaries.get(j);
            List<String> cells = new ArrayList<>();
            for (ProbedContrast contrast : probed()) {
                Probe probe = contrast.probe();
                if (probe != null) {
                    Probe.Coefficient own = probe.coefficients().get(component);
                    cells.add(signed(own.mean(), 2) + " ± " + String.format(Locale.ROOT, "%.2f", own.sd())
                            + (own.kept() == probe.folds() ? "" : " (" + own.kept() + "/" + probe.folds() + ")"));
                }
            }
            rows.add(Map.of(
                    "name", summary.name(),
                    "norms",
                            String.format(
                                    Locale.ROOT, "%.3g, %.3g, %.3g", summary.scale(), summary.normA(), summary.normB()),
                    "mean", signed(summary.mean(), 2) + " ± " + String.format(Locale.ROOT, "%.2f", summary.sd()),
                    "misaligned", signed(summary.misaligned(), 2),
                    "aligned", signed(summary.aligned(), 2),
                    "cells", cells));
        }
        return rows;
    }

    /** Places of the answers that are shown: of each class the first answers of different questions. */
    private List<Integer> shown() {
        Map<String, List<Integer>> byClass = new LinkedHashMap<>();
        Map<String, Set<String>> met = new HashMap<>();
        List<ReadAnswer> answers = report.answers().answers();
        for (int i = 0; i < answers.size(); i++) {
            ReadAnswer answer = answers.get(i);
            String kind = kind(answer);
            if (answer.misaligned() == null) {
                continue;
            }
            List<Integer> own = byClass.computeIfAbsent(kind, unused -> new ArrayList<>());
            boolean other = met.computeIfAbsent(kind, unused -> new HashSet<>()).add(answer.cluster());
            if (other && own.size() < SHOWN_OF_CLASS) {
                own.add(i);
            }
        }
        return byClass.values().stream().flatMap(List::stream).toList();
    }

    private String kind(ReadAnswer answer) {
        String alignment = answer.misaligned() == null ? "neither" : answer.misaligned() ? "misaligned" : "aligned";
        Domain domain = report.settings().domain();
        return domain == null || answer.inDomain() == null
                ? alignment
                : alignment + (answer.inDomain() ? ", " : ", not ") + domain;
    }

    private Map<String, Object> answer(int place) {
        ReadAnswer answer = report.answers().answers().get(place);
        AnswerTokens tokens = report.reading().answers().get(place);
        return Map.of(
                "kind", kind(answer),
                "question", InertText.line(answer.messages().getLast().content()),
                "from", InertText.line(answer.source() + ", " + answer.questionId() + ", sample " + answer.sample()),
                "tokens", TokenShades.of(tokens.pieces(), tokens.of(first), strong[first]),
                "cut", TokenShades.cut(tokens.ids().length));
    }

    private Map<String, Object> data(List<Integer> shown) {
        List<List<double[]>> values = new ArrayList<>();
        for (int place : shown) {
            AnswerTokens tokens = report.reading().answers().get(place);
            List<double[]> own = new ArrayList<>();
            for (int t = 0; t < Math.min(TokenShades.MOST, tokens.ids().length); t++) {
                float[] row = tokens.scalars()[t];
                own.add(IntStream.range(0, row.length)
                        .mapToDouble(j -> Math.round(row[j] * 1000) / 1000.0)
                        .toArray());
            }
            values.add(own);
        }
        return Map.of("strong", strong, "values", values);
    }

    private static String signed(double value, int decimals) {
        double factor = Math.pow(10, decimals);
        double rounded = Math.rint(value * factor) / factor + 0.0; // no sign for a number that is zero as it is written
        return String.format(Locale.ROOT, "%+." + decimals + "f", rounded).replace('-', '−');
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
