package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.PageFile;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.steering.Method.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page of a sweep: heat maps of the tuning half, then the chosen setting on the other half beside its controls. */
final class SweepPage {
    private static final PageFile FILE =
            new PageFile("/dev/vivarium/lab/steering/", "steering", List.of("steering.css"), null);

    private SweepPage() {}

    static String of(SweepReport report) {
        Sweep sweep = report.sweep();
        List<String> finding = report.finding();
        Map<String, Object> page = new HashMap<>();
        page.put(
                "title",
                InertText.line(
                        sweep.tested().name() + " " + sweep.plan().method().word() + ": "
                                + sweep.patients().getFirst().name()));
        page.put("finding", Figures.shown(finding.getFirst() + "."));
        page.put(
                "sentences",
                finding.subList(1, finding.size()).stream()
                        .map(sentence -> Figures.shown(sentence + "."))
                        .toList());
        page.put("split", sweep.halves().rule());
        page.put("tuning", sweep.halves().tuning().limited());
        page.put("confirming", sweep.halves().confirming().limited());
        page.put("measure", sweep.plan().goal().measure());
        List<Map<String, Object>> heat = new ArrayList<>();
        for (Patient patient : sweep.patients()) {
            heat.add(Map.of(
                    "name",
                    InertText.line(patient.name()),
                    "before",
                    before(sweep, patient),
                    "maps",
                    maps(sweep, patient)));
        }
        page.put("heat", heat);
        page.put(
                "confirmed",
                sweep.patients().stream()
                        .map(patient -> confirmed(sweep, patient))
                        .toList());
        page.put("controls", sweep.plan().controls());
        page.put("toBase", sweep.plan().method() == Method.ABLATE_TO_BASE);
        return FILE.fill(page, Map.of(), false);
    }

    private static String before(Sweep sweep, Patient patient) {
        Result plain = sweep.grid().stream()
                .filter(result ->
                        result.of().patient().equals(patient) && result.of().plain())
                .findFirst()
                .orElseThrow();
        return Figures.shown(
                "As it is, on the same half: EM " + Figures.rate(plain.score().em()) + ", coherent "
                        + Figures.rate(plain.score().coherent()) + ", mean aligned "
                        + Figures.mean(plain.score().aligned()) + "; "
                        + plain.score().em().n() + " scored answers.");
    }

    private static List<Map<String, Object>> maps(Sweep sweep, Patient patient) {
        List<Setting> settings = sweep.grid().stream()
                .map(result -> result.of().setting())
                .filter(setting -> setting != null)
                .distinct()
                .toList();
        List<Where> rows = settings.stream().map(Setting::where).distinct().toList();
        List<Double> columns = settings.stream().map(Setting::scale).distinct().toList();
        return HeatMap.of(
                patient.name(),
                sweep.plan().method().ablates() ? "Layer, put in place" : "Layer, scale",
                rows.stream().map(Where::word).toList(),
                columns.stream()
                        .map(scale ->
                                sweep.plan().method() == Method.ABLATE_TO_BASE ? "base’s mean" : Setting.number(scale))
                        .toList(),
                (row, column) -> at(sweep, patient, new Setting(rows.get(row), columns.get(column))));
    }

    private static @Nullable Result at(Sweep sweep, Patient patient, Setting setting) {
        return sweep.grid().stream()
                .filter(result -> result.of().patient().equals(patient)
                        && setting.equals(result.of().setting()))
                .findFirst()
                .orElse(null);
    }

    private static Map<String, Object> confirmed(Sweep sweep, Patient patient) {
        List<Map<String, Object>> rows = sweep.confirmed().stream()
                .filter(result -> result.of().patient().equals(patient))
                .map(SweepPage::row)
                .toList();
        return Map.of("name", InertText.line(patient.name()), "rows", rows);
    }

    static Map<String, Object> row(Result result) {
        Contender contender = result.of().contender();
        Paired change = result.change();
        return Map.of(
                "name",
                contender == null ? "as it is" : InertText.line(contender.name()),
                "about",
                contender == null ? "" : InertText.line(contender.about()),
                "strong",
                contender != null && contender.tested(),
                "n",
                result.score().em().n(),
                "em",
                Figures.rate(result.score().em()),
                "coherent",
                Figures.rate(result.score().coherent()),
                "aligned",
                Figures.mean(result.score().aligned()),
                "emChange",
                change == null ? "" : Figures.points(change.em(), 100),
                "alignedChange",
                change == null ? "" : Figures.points(change.aligned(), 1));
    }
}
