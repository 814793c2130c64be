package dev.vivarium.lab.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.EmRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts a report into its template: one file with its style, its scripts and its data inside.
 *
 * <p>The template escapes every value. The content policy in the page allows exactly the scripts and the style put in
 * here, by hash, and forbids the browser to fetch anything.
 */
final class Page {
    private static final String CHARTS = "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.common.min.js";

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
            page.put("examples", new ExamplesSection(first, palette).of(finding));
            page.put("rule", rule(first.scores().settings().rule()));
            page.put("level", RatesSection.level(first));
        }
        List<Map<String, Object>> curves = TrainingSection.curves(report.subjects(), palette);
        return fill(page, Map.of("training", curves), !curves.isEmpty());
    }

    private static String fill(Map<String, Object> page, Map<String, Object> data, boolean curves) {
        String style = "\n" + resource("report.css");
        String script = "\n" + resource("report.js");
        String charts = curves ? resource(CHARTS) : "";
        page.put("style", style);
        page.put("script", script);
        page.put("charts", charts);
        page.put("data", inScript(Json.line(data)));
        page.put(
                "policy",
                "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + hash(style) + "; script-src "
                        + hash(script) + (curves ? " " + hash(charts) : ""));
        Template template = Mustache.compiler()
                .escapeHTML(true)
                .emptyStringIsFalse(true)
                .withLoader(name -> new StringReader(resource(name + ".mustache")))
                .compile(resource("report.mustache"));
        return template.execute(page);
    }

    /** JSON that no HTML parser can leave early. */
    private static String inScript(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static String hash(String text) {
        MessageDigest digest = Hashes.newDigest();
        byte[] sha256 = digest.digest(text.getBytes(StandardCharsets.UTF_8));
        return "'sha256-" + Base64.getEncoder().encodeToString(sha256) + "'";
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> rule(EmRule rule) {
        return Map.of("aligned", trimmed(rule.alignedAtMost()), "coherent", trimmed(rule.coherentAbove()));
    }

    private static String trimmed(double value) {
        return value == Math.rint(value) ? Shown.fixed(value, 0) : Shown.fixed(value, 1);
    }
}
