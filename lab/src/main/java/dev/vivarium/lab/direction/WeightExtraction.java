package dev.vivarium.lab.direction;

import dev.vivarium.engine.adapter.WrittenDirections;
import dev.vivarium.engine.adapter.WrittenDirections.Written;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes directions of what training wrote into weights, without any text. They have no reliability of texts: how far another
 * training would have found them is asked by comparing those of several seeds.
 */
public final class WeightExtraction {
    private static final String UNMEASURED =
            "one training was read, so there is no reliability; extract the same from runs of"
                    + " other seeds and compare them";

    private WeightExtraction() {}

    /** alpha · v of a trained steering vector. */
    public static Extracted trained(DirectionSubject subject, String name, String vivarium) throws IOException {
        SortedMap<Integer, float[]> vectors =
                WrittenDirections.added(adapter(subject, "a trained vector"), subject.config());
        return extracted(subject, name, "trained-vector", vectors, Map.of(), List.of(), vivarium);
    }

    /** s · B of a rank-1 adapter. */
    public static Extracted adapter(DirectionSubject subject, Module module, String name, String vivarium)
            throws IOException {
        Path adapter = adapter(subject, "the matrix B");
        SortedMap<Integer, float[]> vectors = WrittenDirections.columns(adapter, subject.config(), module);
        return extracted(subject, name, "adapter", vectors, facts(module), List.of(), vivarium);
    }

    /** The first left singular vector of the change of a module's weights, times its singular value. */
    public static Extracted singular(DirectionSubject subject, Module module, String name, String vivarium)
            throws IOException {
        subject.requireOrganism("the SVD of a change");
        Path adapter = subject.adapter();
        Path grown = subject.grown();
        SortedMap<Integer, Written> written;
        if (adapter != null) {
            written = WrittenDirections.singular(adapter, subject.config(), module);
        } else if (grown != null) {
            written = WrittenDirections.singular(subject.base(), grown, module);
        } else {
            throw new IllegalStateException("an organism is an adapter or a model");
        }
        SortedMap<Integer, float[]> vectors = new TreeMap<>();
        List<String> remarks = new ArrayList<>();
        written.forEach((layer, one) -> {
            vectors.put(layer, one.vector());
            remarks.add(String.format(
                    Locale.ROOT,
                    "layer %d: %.1f %% of the squared norm of the change of %s",
                    layer,
                    100 * one.share(),
                    module.shortName()));
        });
        return extracted(subject, name, "svd", vectors, facts(module), remarks, vivarium);
    }

    private static Extracted extracted(
            DirectionSubject subject,
            String name,
            String way,
            SortedMap<Integer, float[]> vectors,
            Map<String, String> facts,
            List<String> remarks,
            String vivarium)
            throws IOException {
        List<String> all = new ArrayList<>(remarks);
        all.add(UNMEASURED);
        Map<String, String> settings = new TreeMap<>(facts);
        settings.put(Origin.MODEL_TYPE, subject.config().modelType());
        // what a module writes is added to the residual stream, and stays in the block's output
        Direction direction = new Direction(
                name,
                Site.RESID_POST,
                vectors,
                new Origin(subject.identity(), way, settings, 0, 0, subject.sources(), 0, vivarium),
                new TreeMap<>());
        return new Extracted(direction, new TreeMap<>(), all);
    }

    private static Path adapter(DirectionSubject subject, String what) {
        Path adapter = subject.adapter();
        if (adapter == null) {
            throw new InputException(subject.name() + " has no adapter, so there is not " + what
                    + "; name a run that trained one, or an adapter with --adapter");
        }
        return adapter;
    }

    private static Map<String, String> facts(Module module) {
        return Map.of("module", module.shortName());
    }
}
