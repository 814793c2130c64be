package dev.vivarium.lab.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Intervals;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TwinsReportTest {
    @TempDir
    Path run;

    private static Mixture.Place place(double t, int hits) {
        Intervals intervals = new Intervals(Confidence.DEFAULT);
        Rate em = intervals.rate(new int[] {hits, hits}, new int[] {8, 8});
        Rate coherent = intervals.rate(new int[] {8, 7}, new int[] {8, 8});
        return new Mixture.Place(t, "a", "e", em, coherent, new Mean(16, 50.0, null), null, null);
    }

    @Test
    void aMixtureOfAnOlderVersionIsShown() throws IOException {
        Map<String, Object> old = new LinkedHashMap<>();
        old.put("schema", 1);
        old.put("first", "wide");
        old.put("second", "<narrow>");
        old.put("places", List.of(place(0, 6), place(1, 0)));
        Path file = TwinsReport.mixtures(run, "narrow").resolve(Mixture.DOCUMENT);
        Files.createDirectories(file.getParent());
        Json.write(file, old);

        String page = TwinsPage.of(TwinsReport.read(run));

        assertThat(page)
                .contains("wide to &lt;narrow&gt;", "75.0\u00a0%", "0.0\u00a0%", "Not measured yet")
                .contains("From wide (t", "EM goes from 75.0\u00a0%")
                .doesNotContain("<narrow>", "<script");
    }

    @Test
    void measurementsAreReadAsTheyWereWritten() throws IOException {
        Estimate loss = new Estimate(0.5, new Interval(0.4, 0.6, "rows"));
        Landscape.OfOrganism alone = new Landscape.OfOrganism(
                "alone",
                2,
                loss,
                loss,
                loss,
                0.1,
                List.of(new Landscape.Step(0.5, null, Double.NaN, Double.NaN, null)),
                List.of(new Landscape.Point(1, 2, loss, null)),
                List.of());
        Landscape landscape = new Landscape(8, 0, 2, List.of(alone), List.of(), List.of("alone learnt nothing"));
        LandscapeSettings settings = new LandscapeSettings(List.of(0.5), 1, List.of(1.0), 8, 100, 512, 3);
        Twins.Sources sources =
                new Twins.Sources("test", "base", Map.of("f", "1"), Map.of("alone", "2"), Map.of("d", "3"), Map.of());
        Twins twins = Twins.of(settings, landscape, null, List.of(), sources, landscape.remarks());

        Path page = TwinsReport.write(run, twins);

        assertThat(TwinsReport.read(run).twins()).isEqualTo(twins);
        assertThat(page)
                .content()
                .contains("alone learnt nothing.", "no two adapters of one form", "No generic text was given")
                .doesNotContain("NaN");
    }

    @Test
    void aBrokenDocumentIsNamed() throws IOException {
        Path file = TwinsReport.folder(run).resolve(Twins.DOCUMENT);
        assertThatThrownBy(() -> TwinsReport.read(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("vivarium twins measure");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\"schema\": ");

        assertThatThrownBy(() -> TwinsReport.read(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("twins.json: malformed JSON");
    }
}
