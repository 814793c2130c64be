package dev.vivarium.lab.talk;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedOn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All who may answer beside each other: one model without an adapter and with each of some, by names of their own. */
public final class Speakers {
    /** The name of the model as it is. */
    public static final String BASE = "base";

    private final Path model;
    private final @Nullable DefaultSystem forAll;
    private final @Nullable Map<String, String> hashes;
    private final List<Speaker> all = new ArrayList<>();

    /**
     * @param model the directory that all adapters are put on
     * @param name of the model as it is, usually {@value #BASE}
     * @param defaultSystem of the model as it is
     * @param forAll what counts instead of how anything was trained; null for nothing
     * @param hashes SHA-256 of the model's files by name; null if all but the weights are to be compared with what runs were
     *     trained on, because weights take as long to hash as to load
     */
    public Speakers(
            Path model,
            String name,
            DefaultSystem defaultSystem,
            @Nullable DefaultSystem forAll,
            @Nullable Map<String, String> hashes) {
        this.model = model;
        this.forAll = forAll;
        this.hashes = hashes;
        add(name, null, defaultSystem);
    }

    /** Everyone, the model as it is first. */
    public List<Speaker> all() {
        return List.copyOf(all);
    }

    /** The model as it is. */
    public Speaker base() {
        return all.getFirst();
    }

    /**
     * Who has a name.
     *
     * @throws InputException if nobody has
     */
    public Speaker named(String name) {
        List<String> names = all.stream().map(Speaker::name).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw new InputException("nobody is called \"" + name + "\"" + Nearest.hint(name, names) + "; there are "
                    + String.join(", ", names));
        }
        return all.get(index);
    }

    /**
     * Adds the organism of a run.
     *
     * @throws InputException if the run has no adapter, or the model is not the one it was trained on
     */
    public Speaker addRun(RunFiles run) throws IOException {
        Path directory = run.directory();
        Recipe recipe = run.readRecipe().recipe();
        if (recipe.method() == Recipe.Method.FULL) {
            throw new InputException(directory + ": all weights were trained, so it has no adapter; give " + run.model()
                    + " as the model");
        }
        if (!AdapterFiles.isAdapter(run.adapter())) {
            List<Path> checkpoints = run.listCheckpoints();
            throw new InputException(directory + ": is not trained to its end, so it has no adapter yet; finish it"
                    + (checkpoints.isEmpty() ? "" : ", or give a checkpoint, such as " + checkpoints.getLast()));
        }
        Map<String, String> trainedOn = run.readProvenance().base().files();
        TrainedOn.require(
                model,
                trainedOn,
                name -> hash(name, trainedOn.get(name)),
                directory.toString(),
                "give that model, or the directory of the adapter");
        return add(last(directory), run.adapter(), recipe.chat().defaultSystem());
    }

    /**
     * Adds an adapter. One that lies in a run's directory is asked as the run was trained; that the model is the one it was
     * trained on is the caller's to know.
     */
    public Speaker addAdapter(Path adapter) throws IOException {
        Path whole = adapter.toAbsolutePath().normalize();
        Path above = whole.getParent();
        for (Path place = above; place != null && whole.getNameCount() - place.getNameCount() <= 2; ) {
            RunFiles run = new RunFiles(place);
            if (run.isRun()) {
                String name = above != null && above.equals(place) ? last(place) : last(place) + "/" + last(whole);
                return add(name, adapter, run.readRecipe().recipe().chat().defaultSystem());
            }
            place = place.getParent();
        }
        boolean plain = last(whole).equals("adapter");
        return addAdapter(adapter, plain && above != null ? last(above) : last(whole));
    }

    /** Adds an adapter of unknown training by a name. */
    public Speaker addAdapter(Path adapter, String name) {
        return add(name, adapter, base().defaultSystem());
    }

    private Speaker add(String name, @Nullable Path adapter, DefaultSystem defaultSystem) {
        List<String> taken = all.stream().map(Speaker::name).toList();
        String free = name;
        for (int number = 2; taken.contains(free); number++) {
            free = name + "-" + number;
        }
        all.add(new Speaker(free, adapter, forAll == null ? defaultSystem : forAll));
        return all.getLast();
    }

    private @Nullable String hash(String name, @Nullable String expected) throws IOException {
        if (hashes != null) {
            return hashes.get(name);
        }
        return name.endsWith(".safetensors") ? expected : Hashes.sha256(model.resolve(name));
    }

    private static String last(@Nullable Path path) {
        return path == null
                ? ""
                : String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
