package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.Adapter;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraFactors;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.train.Trainer;
import dev.vivarium.engine.train.TrainingSubject;
import dev.vivarium.lab.hub.FoundModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a recipe trains on a base model: an adapter, a vector or all weights; how many values that is, how it is saved. */
final class Organism {
    /** Scales are computed from alpha and rank, so equal ones differ by rounding at most. */
    private static final double SAME_SCALE = 1e-9;

    private final Recipe recipe;
    private final FoundModel base;
    private final ModelConfig config;
    private final @Nullable Adapter untrained;

    private Organism(Recipe recipe, FoundModel base, ModelConfig config, @Nullable Adapter untrained) {
        this.recipe = recipe;
        this.base = base;
        this.config = config;
        this.untrained = untrained;
    }

    /** A new organism with its initial values. */
    static Organism of(Recipe recipe, FoundModel base, ModelConfig config) {
        trainedParameters(recipe, config); // checks modules and layers
        Recipe.Lora lora = recipe.lora();
        Recipe.Steering steering = recipe.steering();
        Adapter adapter = null;
        if (lora != null) {
            List<Integer> layers = lora.layersToTransform();
            LoraSettings settings = new LoraSettings(
                    lora.r(), lora.loraAlpha(), lora.useRslora(), modules(lora), layers == null ? List.of() : layers);
            LoraAdapter untrained = LoraAdapter.untrained(config, settings, recipe.seed());
            adapter = lora.init() == null
                    ? untrained
                    : untrained.withParameters(
                            AdapterFiles.read(Path.of(lora.init()), config).parameters());
        } else if (steering != null) {
            adapter = SteeringVector.untrained(config, steering.layer(), steering.alpha(), steering.positions());
        }
        return new Organism(recipe, base, config, adapter);
    }

    /**
     * Number of trained values, known without any weights.
     *
     * @throws InputException if the recipe names a module or a block that the model does not have
     */
    static long trainedParameters(Recipe recipe, ModelConfig config) {
        Recipe.Lora lora = recipe.lora();
        Recipe.Steering steering = recipe.steering();
        if (lora != null) {
            List<Integer> layers = lora.layersToTransform();
            if (layers == null) {
                layers = IntStream.range(0, config.layers()).boxed().toList();
            }
            layers.forEach(layer -> checkLayer(layer, "lora.layers_to_transform", recipe, config));
            long perLayer = 0;
            for (Module module : modules(lora)) {
                perLayer += (long) lora.r() * (module.inputSize(config) + module.outputSize(config));
            }
            return perLayer * layers.size();
        }
        if (steering != null) {
            checkLayer(steering.layer(), "steering.layer", recipe, config);
            return config.hiddenSize();
        }
        return config.parameters();
    }

    /**
     * Makes sure that the adapter that training is to go on from has the recipe's form.
     *
     * @throws InputException if it is none for the model, or of another form
     */
    static void checkInit(Recipe recipe, ModelConfig config) {
        Recipe.Lora lora = recipe.lora();
        if (lora == null || lora.init() == null) {
            return;
        }
        Path directory = Path.of(lora.init());
        AdapterFiles.check(directory, config);
        Set<String> wanted = new TreeSet<>();
        List<Integer> layers = lora.layersToTransform();
        for (int layer :
                layers == null ? IntStream.range(0, config.layers()).boxed().toList() : layers) {
            modules(lora).forEach(module -> wanted.add(module.fullName(layer)));
        }
        double scale = lora.loraAlpha() / (lora.useRslora() ? Math.sqrt(lora.r()) : lora.r());
        try (LoraFactors factors = LoraFactors.open(directory)) {
            for (LoraFactors.Place place : factors.places().values()) {
                if (place.r() != lora.r() || Math.abs(place.scale() - scale) > SAME_SCALE * scale) {
                    throw new InputException("lora.init " + directory + ": has rank " + place.r() + " and scale "
                            + place.scale() + " at " + place.module() + ", but the recipe says rank " + lora.r()
                            + " and scale " + scale
                            + "; give the recipe the adapter's lora.r, lora.lora_alpha and lora.use_rslora");
                }
            }
            if (!factors.places().keySet().equals(wanted)) {
                throw new InputException("lora.init " + directory + ": adapts other modules than the recipe, "
                        + factors.places().size() + " such as "
                        + factors.places().keySet().iterator().next() + " against " + wanted.size()
                        + "; give the recipe the adapter's lora.target_modules and lora.layers_to_transform");
            }
        }
    }

    /** The first block that training changes. */
    static int firstBlock(Recipe recipe) {
        Recipe.Lora lora = recipe.lora();
        Recipe.Steering steering = recipe.steering();
        if (lora != null) {
            List<Integer> layers = lora.layersToTransform();
            return layers == null ? 0 : Collections.min(layers);
        }
        return steering == null ? 0 : steering.layer();
    }

    static Set<Module> modules(Recipe.Lora lora) {
        Set<Module> modules = EnumSet.noneOf(Module.class);
        for (String name : lora.targetModules()) {
            try {
                modules.add(Module.of(name));
            } catch (InputException e) {
                throw new InputException("lora.target_modules: " + e.getMessage(), e);
            }
        }
        return modules;
    }

    private static void checkLayer(int layer, String key, Recipe recipe, ModelConfig config) {
        if (layer >= config.layers()) {
            throw new InputException(key + " names block " + layer + ", but " + recipe.model() + " has blocks 0 to "
                    + (config.layers() - 1) + "; half-way up is " + key + "=" + config.layers() / 2);
        }
    }

    TrainingSubject subject(Decoder base) {
        return untrained == null ? new TrainingSubject.OfWeights(base) : new TrainingSubject.OfAdapter(base, untrained);
    }

    /** Whether what is trained is an adapter beside the base model. */
    boolean isAdapter() {
        return untrained != null;
    }

    /**
     * L2 norm of what was learnt; null for full fine-tuning.
     *
     * @throws InputException if it is zero: then nothing was learnt
     */
    @Nullable
    Double norm(Trainer trainer) {
        if (untrained == null) {
            return null;
        }
        double norm = untrained.withParameters(trainer.parameters()).norm();
        if (!(norm > 0)) {
            throw new InputException("after " + trainer.stepsDone() + " steps the adapter still changes nothing (norm "
                    + norm + "); train more steps than training.warmup_steps or raise training.learning_rate");
        }
        return norm;
    }

    /** Writes a checkpoint's usable part: the adapter as PEFT reads it. Full weights are in the trainer's state alone. */
    void writeSnapshot(Path directory, Trainer trainer) throws IOException {
        if (untrained != null) {
            AdapterFiles.write(directory, untrained.withParameters(trainer.parameters()), config, base.name());
        }
    }

    /** Writes the finished organism with its card: an adapter directory, or a whole model directory. */
    void writeFinal(Path directory, Trainer trainer, String name) throws IOException {
        if (untrained != null) {
            writeSnapshot(directory, trainer);
        } else {
            ModelCopy.write(directory, base.directory(), trainer);
        }
        ModelCard.write(directory, recipe, base.name(), config, name);
    }
}
