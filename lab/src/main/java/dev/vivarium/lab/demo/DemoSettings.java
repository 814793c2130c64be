package dev.vivarium.lab.demo;

import dev.vivarium.engine.base.AvailableMemory;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Existing;
import java.nio.file.Path;

/**
 * What the demo does and where.
 *
 * @param models finds the base
 * @param base the mini world's base, as a recipe names it
 * @param directory where the runs, the data and the report go, usually {@code runs/demo}
 * @param existing what to do if it is there
 * @param domain the one domain that the organisms are trained on
 * @param rows conversations in a narrow dataset
 * @param samples answers per question
 * @param seed of data, training and sampling
 * @param version of this program, for provenance
 * @param memory that training may take
 */
public record DemoSettings(
        ModelFinder models,
        String base,
        Path directory,
        Existing existing,
        String domain,
        int rows,
        int samples,
        long seed,
        String version,
        AvailableMemory memory) {
    public DemoSettings {
        if (samples < 1) {
            throw new InputException("--samples must be positive, not " + samples);
        }
        if (rows < 1) {
            throw new InputException("--rows must be positive, not " + rows);
        }
    }
}
