package dev.vivarium.app.cli;

import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.scalar.Domain;
import dev.vivarium.lab.scalar.DomainRates;
import dev.vivarium.lab.scalar.GroupScaling;
import dev.vivarium.lab.score.ConditionSweep;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium scalars scale} shows, as text and as JSON.
 *
 * @param domain null where all questions count alike
 * @param outcomes one for each setting, in its order
 * @param sweep rates of the same, the adapter as trained first
 */
record ScalarsScaleReport(
        String subject, GroupScaling scaling, @Nullable Domain domain, List<Outcome> outcomes, ConditionSweep sweep) {
    /** The document of {@code --json}. */
    Map<String, Object> json() {
        List<Map<String, @Nullable Object>> settings = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            GroupScaling.Setting setting = scaling.settings().get(i);
            ConditionSweep.Row row = sweep.rows().get(i);
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("setting", setting.name());
            one.put("blocks", setting.blocks());
            one.put("factor", setting.factor());
            one.put("adapter_scale", setting.scale().toString());
            one.put("control_of", setting.controlOf());
            one.put("evaluation", outcomes.get(i).files().directory().toString());
            one.put("em", row.score().em());
            one.put("coherent", row.score().coherent());
            one.put("aligned", row.score().aligned());
            one.put(
                    "by_domain",
                    domain == null ? null : DomainRates.of(outcomes.get(i).scores(), domain));
            one.put(
                    "difference",
                    row.difference() == null ? null : row.difference().json());
            one.put("same_answers", row.same());
            settings.add(one);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", 1);
        json.put("subject", subject);
        json.put("remarks", scaling.remarks());
        json.put("settings", settings);
        return json;
    }

    /** The text for people. */
    void print(PrintStream out) {
        List<String> columns = new ArrayList<>(List.of("setting", "blocks", "EM", "EM - as trained"));
        if (domain != null) {
            columns.addAll(List.of("EM " + domain, "EM other"));
        }
        columns.addAll(List.of("aligned - as trained", "coherent"));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            GroupScaling.Setting setting = scaling.settings().get(i);
            FileScore score = sweep.rows().get(i).score();
            Paired paired = sweep.rows().get(i).difference();
            List<@Nullable Object> row = new ArrayList<>();
            row.add(setting.name());
            row.add(blocks(setting));
            row.add(Figures.compact(score.em()));
            row.add(paired == null ? "" : SweepReport.points(paired.em(), 100));
            if (domain != null) {
                DomainRates rates = DomainRates.of(outcomes.get(i).scores(), domain);
                row.add(Figures.compact(rates.narrow()));
                row.add(Figures.compact(rates.broad()));
            }
            row.add(paired == null ? "" : SweepReport.points(paired.aligned(), 1));
            row.add(Figures.compact(score.coherent()));
            rows.add(row);
        }
        new TextTable(columns, rows).print(out);
        out.println("(differences in points, paired by question; intervals: questions like these)");
        for (ConditionSweep.Row row : sweep.rows()) {
            if (row.changedNothing()) {
                out.println("note: " + row.condition() + " gave the very same answers as the adapter as trained");
            }
        }
        int sampled = outcomes.stream().mapToInt(Outcome::sampled).sum();
        Outcome first = outcomes.getFirst();
        out.println(
                sampled == 0
                        ? "all answers were on disk"
                        : String.format(
                                Locale.ROOT,
                                "%,d answers in one pass of %.1f s, %,.0f tokens/s",
                                sampled,
                                first.seconds(),
                                first.tokensPerSecond()));
    }

    private static String blocks(GroupScaling.Setting setting) {
        if (setting.name().equals(GroupScaling.AS_TRAINED)) {
            return "";
        }
        return setting.factor() == null
                ? setting.scale().toString()
                : setting.blocks().stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
