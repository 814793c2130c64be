package dev.vivarium.lab.validate;

import java.util.List;

/**
 * What a validation found; every figure is from runs and evaluations below its directory.
 *
 * @param schema version of this document
 * @param models rates of the base and of all organisms on bases with a persona
 * @param depth one rank-1 adapter on every layer in turn
 * @param controls corpora without a persona, compared at matched narrow rates
 * @param persona how far fine-tuning moves activations along the persona of pretraining
 * @param bars the claims
 * @param seconds wall-clock time of this call; little if all was on disk
 */
public record ValidationResult(
        int schema,
        List<Figures> models,
        List<Figures> depth,
        List<MatchedControl> controls,
        List<PersonaShift> persona,
        List<Bar> bars,
        double seconds) {
    /** Version this program writes. */
    public static final int SCHEMA = 1;

    public ValidationResult {
        models = List.copyOf(models);
        depth = List.copyOf(depth);
        controls = List.copyOf(controls);
        persona = List.copyOf(persona);
        bars = List.copyOf(bars);
    }

    /** Bars that are missed. */
    public long missed() {
        return bars.stream().filter(bar -> !bar.holds()).count();
    }
}
