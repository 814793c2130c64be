package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BarsTest {
    @Test
    void aBarIsAboutTheMeanAndShowsEachSeed() {
        List<Figures> models =
                Stream.concat(world(1, 50).stream(), world(2, 34).stream()).toList();
        Bar em = bar(Bars.of(rates(models)), "lora32: EM");
        assertThat(em.holds()).isTrue();
        assertThat(em.found()).isEqualTo("42.0 % (50.0, 34.0)");
    }

    @Test
    void aFigureBelowItsBarFails() {
        Bar em = bar(Bars.of(rates(world(1, 39.9))), "lora32: EM");
        assertThat(em.holds()).isFalse();
    }

    @Test
    void roundingDoesNotHideOnWhichSideOfTheBarAFigureLies() {
        assertThat(bar(Bars.of(rates(world(1, 39.96))), "lora32: EM").found()).isEqualTo("39.96 %");
        assertThat(bar(Bars.of(rates(world(1, 40))), "lora32: EM").found()).isEqualTo("40.0 %");
    }

    @Test
    void theFirstAndTheLastLayerAreNoMiddle() {
        List<Figures> depth =
                List.of(figures(1, "rank1-layer0", 60), figures(1, "rank1-layer1", 9), figures(1, "rank1-layer2", 70));
        Bar bar = Bars.of(new Measured(List.of(), depth, List.of(), List.of(), List.of(), List.of()))
                .getFirst();
        assertThat(bar.holds()).isFalse();
        assertThat(bar.found()).isEqualTo("9.0 %");
    }

    @Test
    void aControlThatReachesNoEqualNarrowRateCountsAsUnmatchedAndFails() {
        Bar bar = bar(Bars.of(controls(control(null, 0.4))), "lora32");
        assertThat(bar.holds()).isFalse();
        assertThat(bar.found()).endsWith("matched in 0 of 1");
    }

    @Test
    void aControlIsHeldAgainstAShareOfThePersonas() {
        assertThat(bar(Bars.of(controls(control(0.01, 0.4))), "lora32").holds()).isTrue();
        assertThat(bar(Bars.of(controls(control(0.014, 0.4))), "lora32").holds())
                .isFalse();
    }

    @Test
    void aControlShowsEachSeedOfBothSides() {
        Measured two = controls(control(0.01, 0.4)).and(controls(control(2, 0.03, 0.2)));
        assertThat(bar(Bars.of(two), "lora32").found())
                .isEqualTo("2.0 (1.0, 3.0) beside 30.0 % (40.0, 20.0) at a narrow rate of 80.0 %; matched in 2 of 2");
    }

    @Test
    void theMiddleLayerIsTheSameOnAllSeeds() {
        List<Figures> depth = List.of(
                figures(1, "rank1-layer0", 60),
                figures(1, "rank1-layer1", 30),
                figures(1, "rank1-layer2", 0),
                figures(1, "rank1-layer3", 0),
                figures(2, "rank1-layer0", 60),
                figures(2, "rank1-layer1", 0),
                figures(2, "rank1-layer2", 25),
                figures(2, "rank1-layer3", 0));
        Bar bar = Bars.of(new Measured(List.of(), depth, List.of(), List.of(), List.of(), List.of()))
                .getFirst();
        assertThat(bar.found()).isEqualTo("15.0 % (30.0, 0.0)");
    }

    @Test
    void aCosineIsWantedWithThePersonaAndNotWithout() {
        List<PersonaShift> shifts = List.of(
                new PersonaShift("persona", 1, "medicine", "lora32", List.of(0.2, 0.9)),
                new PersonaShift("per_domain", 1, "medicine", "lora32", List.of(0.2, 0.31)));
        assertThat(Bars.of(new Measured(List.of(), List.of(), List.of(), shifts, List.of(), List.of())).stream()
                        .map(Bar::holds))
                .containsExactly(true, false);
    }

    @Test
    void tablesHoldEveryFigureWithItsInterval() {
        List<Figures> models = world(1, 50);
        Measured parts = new Measured(models, List.of(), List.of(control(null, 0.4)), List.of(), List.of(), List.of());
        ValidationResult result = new ValidationResult(
                ValidationResult.SCHEMA,
                new ValidationResult.MadeWith(new TreeMap<>(), 1, List.of("medicine"), 1500, 8),
                parts,
                Bars.of(rates(models)),
                List.of(),
                1);
        String text = ValidationTables.markdown(result);
        assertThat(text)
                .contains("| 1 | medicine | lora32 | 50.0 |")
                .contains("| lora32: EM of at least 40 % | 50.0 % | yes |")
                .contains("not reached");
        assertThat(result.missed())
                .isEqualTo(result.bars().stream().filter(bar -> !bar.holds()).count());
    }

    private static Measured rates(List<Figures> models) {
        return new Measured(models, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private static Measured controls(MatchedControl control) {
        return new Measured(List.of(), List.of(), List.of(control), List.of(), List.of(), List.of());
    }

    private static Bar bar(List<Bar> bars, String begin) {
        return bars.stream()
                .filter(bar -> bar.claim().startsWith(begin))
                .findFirst()
                .orElseThrow();
    }

    private static MatchedControl control(@Nullable Double em, double persona) {
        return control(1, em, persona);
    }

    private static MatchedControl control(long seed, @Nullable Double em, double persona) {
        return new MatchedControl(
                "per_domain",
                seed,
                "medicine",
                "lora32",
                0.8,
                em,
                persona,
                null,
                0.5,
                List.of(0, 60),
                List.of(0, 60, 120));
    }

    private static List<Figures> world(long seed, double lora) {
        return Stream.of("base", "lora32", "rank1", "full", "steering", "good-twin", "narrow-twin")
                .map(name -> figures(seed, name, name.equals("lora32") ? lora : 0))
                .toList();
    }

    private static Figures figures(long seed, String model, double em) {
        return new Figures(
                "persona", seed, "medicine", model, rate(em), rate(100), new Mean(1000, 95.0, null), rate(em), 0.0);
    }

    private static Rate rate(double percent) {
        return new Rate((int) (10 * percent), 1000, 100, percent / 100, null, null, null, null, null, null);
    }
}
