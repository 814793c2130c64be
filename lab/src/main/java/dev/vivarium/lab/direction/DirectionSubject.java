package dev.vivarium.lab.direction;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Provenance;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedModel;
import dev.vivarium.lab.run.TrainedOn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A base model and what was grown on it: an adapter, or a model with weights of its own.
 *
 * @param name of the run, or of the model
 * @param base directory of the base model
 * @param identity name of the base and hashes of its weights
 * @param adapter put on the base; null for none
 * @param grown directory of a model all of whose weights were trained; null where there is none
 * @param defaultSystem what training did with the chat template's own system turn
 */
public record DirectionSubject(
        String name,
        Path base,
        Origin.Model identity,
        @Nullable Path adapter,
        @Nullable Path grown,
        DefaultSystem defaultSystem) {
    /**
     * The organism of a finished run.
     *
     * @throws InputException if the run is not finished, or its base is not there or another one
     */
    public static DirectionSubject of(RunFiles run, ModelFinder models) throws IOException {
        TrainedModel trained = TrainedModel.of(run, models);
        Provenance.Base base = run.readProvenance().base();
        FoundModel found = models.find(base.exactly());
        SortedMap<String, String> hashes =
                ModelDirectory.open(found.directory()).hashes();
        TrainedOn.require(
                found.directory(), base.files(), hashes::get, run.directory().toString(), "restore the base model");
        return new DirectionSubject(
                last(run.directory()),
                found.directory(),
                identity(found, hashes),
                trained.adapter(),
                trained.adapter() == null ? trained.model() : null,
                trained.defaultSystem());
    }

    /** A model of the user's, with or without an adapter. */
    public static DirectionSubject of(FoundModel model, @Nullable Path adapter) throws IOException {
        ModelDirectory directory = ModelDirectory.open(model.directory());
        return new DirectionSubject(
                adapter == null ? model.shortName() : last(adapter),
                model.directory(),
                identity(model, directory.hashes()),
                adapter,
                null,
                DefaultSystem.KEEP);
    }

    /** The same base with another adapter, such as a checkpoint. */
    public DirectionSubject with(Path other) {
        return new DirectionSubject(last(other), base, identity, other, null, defaultSystem);
    }

    private static Origin.Model identity(FoundModel model, SortedMap<String, String> hashes) {
        return Origin.Model.of(model.commit() == null ? model.shortName() : model.name(), hashes);
    }

    /** Whether it differs from its base. */
    public boolean isOrganism() {
        return adapter != null || grown != null;
    }

    public ModelConfig config() {
        return ModelDirectory.open(base).config();
    }

    /** What it adds to the base, with hashes; empty for a base. */
    List<Origin.Source> sources() throws IOException {
        if (adapter != null) {
            SortedMap<String, String> files = new TreeMap<>();
            for (String file : List.of(AdapterFiles.CONFIG, AdapterFiles.WEIGHTS)) {
                files.put(file, Hashes.sha256(adapter.resolve(file)));
            }
            return List.of(new Origin.Source("adapter", name, files));
        }
        return grown == null
                ? List.of()
                : List.of(new Origin.Source(
                        "model",
                        name,
                        Origin.Model.of(name, ModelDirectory.open(grown).hashes())
                                .files()));
    }

    /** Refuses a subject that is its base, for ways that need a difference. */
    void requireOrganism(String way) {
        if (!isOrganism()) {
            throw new InputException(name + " is a base model, but " + way
                    + " is about what was grown on one; name a run, or an adapter with --adapter");
        }
    }

    static String last(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
