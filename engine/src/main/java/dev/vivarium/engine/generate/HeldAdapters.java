package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.Adapter;
import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterNoise;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/**
 * Adapters in memory.
 *
 * @param bank which whoever holds this closes
 * @param norms how long their changes are as trained or perturbed, before any factor
 */
record HeldAdapters(AdapterBank bank, double[] norms) {
    /** Reads them; one that several scales ask for is read once. */
    static HeldAdapters of(ModelConfig config, List<ScaledAdapter> adapters, Compute compute) {
        try (PointerScope scope = new PointerScope()) { // the bank keeps copies of its own
            Map<Path, Adapter> read = new HashMap<>();
            Map<List<Object>, Adapter> made = new HashMap<>(); // one object for all its scales
            List<AdapterBank.Entry> entries = new ArrayList<>();
            double[] norms = new double[adapters.size()];
            for (ScaledAdapter scaled : adapters) {
                Path place = scaled.directory().toAbsolutePath().normalize();
                Adapter trained = read.computeIfAbsent(place, unused -> AdapterFiles.read(scaled.directory(), config));
                AdapterNoise noise = scaled.noise();
                Adapter adapter = noise == null
                        ? trained
                        : made.computeIfAbsent(List.of(place, noise), unused -> noise.of(trained));
                norms[entries.size()] = adapter.norm();
                entries.add(new AdapterBank.Entry(adapter, scaled.scale()));
            }
            return new HeldAdapters(new AdapterBank(entries, compute), norms);
        }
    }
}
