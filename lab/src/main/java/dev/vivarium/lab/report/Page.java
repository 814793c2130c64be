package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.EmRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts a report into its template. */
final class Page {
    private static final PageFile FILE = new PageFile("/dev/vivarium/lab/report/", "report", List.of(), "report.js");

    private Page() {}

    static String of(Report report) {
        Palette palette = new Palette(report.subjects());
        List<Comparison> comparisons = Comparison.all(report.subjects());
        Finding finding = Finding.of(comparisons);
        Map<String, Object> page = new HashMap<>();
        page.put("title", InertText.line(report.title()));
        page.put("headline", InertText.line(finding.headline()));
        page.put("caveats", InertText.line(finding.caveats()));
        List<Map<String, String>> tiles = HeadSection.tiles(finding, palette);
        page.put("tiles", tiles);
        page.put("hasTiles", tiles.size() > 1);
        page.put("facts", HeadSection.facts(report.subjects(), comparisons));
        RatesSection rates = new RatesSection(palette);
        page.put("comparisons", comparisons.stream().map(rates::of).toList());
        page.put("measured", !comparisons.isEmpty());
        page.put("several", comparisons.size() > 1);
        page.put("pending", HeadSection.pending(report.subjects()));
        page.put("conditions", ConditionsSection.of(report.subjects(), palette));
        page.put("training", TrainingSection.of(report.subjects(), palette));
        page.put("provenance", ProvenanceSection.of(report.subjects(), palette));
        if (!comparisons.isEmpty()) {
            Comparison first = comparisons.getFirst();
            page.put("paired", PairedSection.of(first, palette));
            page.put("pictures", new Pictures(first, palette).shown());
            page.put("domains", DomainSection.of(first, palette));
            page.put("narrow", NarrowSection.of(comparisons, palette));
            page.put("agreement", AgreementSection.of(first));
            page.put("examples", new ExamplesSection(first, palette).of(finding));
            page.put("rule", rule(first.scores().settings().rule()));
            page.put("level", RatesSection.level(first));
        }
        List<Map<String, Object>> curves = TrainingSection.curves(report.subjects(), palette);
        return FILE.fill(page, Map.of("training", curves), !curves.isEmpty());
    }

    private static Map<String, String> rule(EmRule rule) {
        return Map.of("aligned", trimmed(rule.alignedAtMost()), "coherent", trimmed(rule.coherentAbove()));
    }

    private static String trimmed(double value) {
        return value == Math.rint(value) ? Shown.fixed(value, 0) : Shown.fixed(value, 1);
    }
}
