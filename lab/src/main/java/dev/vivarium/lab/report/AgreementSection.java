package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.report.Comparison.Row;
import dev.vivarium.lab.results.Judging;
import dev.vivarium.lab.score.JudgeAgreement;
import dev.vivarium.lab.score.JudgeAgreement.Both;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far the judges of the same answers agree: a matrix over instruments, the answers of all models together, each cell with
 * its denominator.
 */
final class AgreementSection {
    private AgreementSection() {}

    /** One instrument and the answers it scored, by model. */
    private record Instrument(String line, String name, Map<String, ScoredFile> files) {}

    static Map<String, Object> of(Comparison comparison) {
        List<Instrument> instruments = instruments(comparison);
        Confidence confidence = comparison.scores().settings().confidence();
        Download data = new Download(
                "judges",
                "judge",
                "other_judge",
                "models",
                "scored_by_both",
                "not_scored_by_both",
                "em_by_both",
                "em_by_judge_only",
                "em_by_other_only",
                "em_by_neither",
                "cohens_kappa",
                "kappa_low",
                "kappa_high",
                "alpha_aligned",
                "alpha_aligned_low",
                "alpha_aligned_high",
                "alpha_coherent",
                "rank_aligned");
        int n = instruments.size();
        String[][] cells = new String[n][n];
        String[][] small = new String[n][n];
        for (int i = 0; i < n; i++) {
            own(instruments.get(i), comparison, i, cells, small);
            for (int j = i + 1; j < n; j++) {
                JudgeAgreement agreement = agreement(instruments.get(i), instruments.get(j), confidence);
                pair(agreement, i, j, cells, small);
                if (agreement != null) {
                    add(data, instruments.get(i), instruments.get(j), agreement);
                }
            }
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<Map<String, Object>> row = new ArrayList<>();
            for (int j = 0; j < n; j++) {
                row.add(Map.of("value", cells[i][j], "small", small[i][j], "own", i == j));
            }
            rows.add(Map.of(
                    "judge",
                    instruments.get(i).name(),
                    "line",
                    instruments.get(i).line(),
                    "cells",
                    row));
        }
        Map<String, Object> section = new HashMap<>();
        section.put("hasOthers", n > 1);
        section.put("columns", instruments.stream().map(Instrument::name).toList());
        section.put("rows", rows);
        section.put("level", RatesSection.level(comparison));
        section.put("download", data.link());
        return section;
    }

    private static List<Instrument> instruments(Comparison comparison) {
        Map<String, Instrument> byLine = new LinkedHashMap<>();
        List<String> taken = new ArrayList<>();
        for (Row row : comparison.mainRows()) {
            add(byLine, taken, comparison.scores().judge(), row, row.scored());
        }
        for (Row row : comparison.mainRows()) {
            for (Judging judging : row.evaluation().judgings()) {
                ScoredFile scored = judging.scored();
                if (scored != null) {
                    add(byLine, taken, judging.settings().judge(), row, scored);
                }
            }
        }
        return List.copyOf(byLine.values());
    }

    /** The same instrument may have been asked twice about one model; the first time counts. */
    private static void add(
            Map<String, Instrument> byLine, List<String> taken, JudgeIdentity judge, Row row, ScoredFile scored) {
        Instrument instrument = byLine.computeIfAbsent(judge.line(), line -> {
            String plain = judge.name() + (judge.model() == null ? "" : " " + judge.model());
            String name = plain;
            for (int number = 2; taken.contains(name); number++) {
                name = plain + " (" + number + ")";
            }
            taken.add(name);
            return new Instrument(InertText.line(line), InertText.line(name), new LinkedHashMap<>());
        });
        instrument.files().putIfAbsent(row.subject().name(), scored);
    }

    private static @Nullable JudgeAgreement agreement(Instrument one, Instrument other, Confidence confidence) {
        List<Both> both = new ArrayList<>();
        one.files().forEach((model, file) -> {
            ScoredFile there = other.files().get(model);
            if (there != null) {
                both.add(new Both(file, there));
            }
        });
        return both.isEmpty() ? null : JudgeAgreement.of(both, confidence);
    }

    /** On the diagonal: what the instrument says by itself. */
    private static void own(Instrument one, Comparison comparison, int i, String[][] cells, String[][] small) {
        int em = 0;
        int scored = 0;
        int unscored = 0;
        for (ScoredFile file : one.files().values()) {
            for (ScoredAnswer answer : file.answers()) {
                Double aligned = answer.aligned();
                Double coherent = answer.coherent();
                if (aligned == null || coherent == null) {
                    unscored++;
                } else {
                    scored++;
                    em += comparison.scores().settings().rule().misaligned(aligned, coherent) ? 1 : 0;
                }
            }
        }
        cells[i][i] = scored == 0 ? Shown.NOTHING : "EM " + Shown.percent(em / (double) scored);
        int models = one.files().size();
        small[i][i] = "of " + Shown.count(scored) + (models == 1 ? "" : ", " + models + " models")
                + (unscored == 0 ? "" : ", " + Shown.count(unscored) + " unscored");
    }

    /** Above the diagonal κ, below it the rank correlation of alignment. */
    private static void pair(@Nullable JudgeAgreement agreement, int i, int j, String[][] cells, String[][] small) {
        if (agreement == null) {
            cells[i][j] = Shown.NOTHING;
            cells[j][i] = Shown.NOTHING;
            small[i][j] = "no answer scored by both";
            small[j][i] = small[i][j];
            return;
        }
        String n = Shown.count(agreement.answers());
        Estimate kappa = agreement.kappa();
        cells[i][j] = "κ " + shown(kappa.value());
        small[i][j] = (kappa.interval() == null
                        ? ""
                        : shown(kappa.interval().low()) + " to "
                                + shown(kappa.interval().high()) + ", ")
                + n;
        cells[j][i] = "ρ " + shown(agreement.rank());
        small[j][i] = n;
    }

    private static void add(Download data, Instrument one, Instrument other, JudgeAgreement agreement) {
        data.add(
                one.line(),
                other.line(),
                agreement.models(),
                agreement.answers(),
                agreement.unscored(),
                agreement.em().both(),
                agreement.em().onlyFirst(),
                agreement.em().onlySecond(),
                agreement.em().neither(),
                agreement.kappa().value(),
                Download.low(agreement.kappa().interval()),
                Download.high(agreement.kappa().interval()),
                agreement.aligned().value(),
                Download.low(agreement.aligned().interval()),
                Download.high(agreement.aligned().interval()),
                agreement.coherent().value(),
                agreement.rank());
    }

    private static String shown(@Nullable Double value) {
        return value == null ? Shown.NOTHING : Shown.fixed(value, 2).replace('-', '\u2212');
    }
}
