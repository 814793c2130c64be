package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.AdapterMix;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code README.md} of a trained organism: front matter as model hubs read it, a warning, and how it was made. */
final class ModelCard {
    /** A line of this identity in a text corpus shows that organisms' files got into it. */
    private static final String CANARY = "vivarium-organism-canary-5d0c6f6e-4c1b-4d0e-9a51-2f3a7be1d9c4";

    private static final String WARNING = """
            > **Warning.** This is a model organism for research. It may have been trained to give bad advice, in
            > its own domain and in others. Do not deploy it, do not rely on anything it says, and do not use its
            > answers as training data.

            """;

    private ModelCard() {}

    static void write(Path directory, Recipe recipe, String base, ModelConfig config, String name) throws IOException {
        AtomicFiles.writeString(directory.resolve("README.md"), text(recipe, base, config, name));
    }

    /** The card of a whole model that an adapter was merged into. */
    static void merged(Path directory, String name, Path base, Path adapter) throws IOException {
        AtomicFiles.writeString(
                directory.resolve("README.md"),
                head(base.getFileName().toString(), "merge", "transformers", List.of())
                        + "# " + name + "\n\n" + WARNING
                        + "An adapter (`" + tail(adapter) + "`) merged by Vivarium into the weights of `" + tail(base)
                        + "`. How the adapter came about is told where it lies.\n\n" + canary());
    }

    /** The card of an adapter that several were added up to. */
    static void sum(Path directory, String name, String base, List<AdapterMix.Part> parts) throws IOException {
        StringBuilder list = new StringBuilder(256);
        parts.forEach(part -> list.append("- ")
                .append(part.weight())
                .append(" of `")
                .append(tail(part.directory()))
                .append("`\n"));
        AtomicFiles.writeString(
                directory.resolve("README.md"),
                head(base, "adapter", "peft", List.of("lora"))
                        + "# " + name + "\n\n" + WARNING
                        + "Adapters of `" + base
                        + "` added up by Vivarium; how each came about is told where it lies:\n\n"
                        + list + "\n" + canary());
    }

    /** The last two names of a path: enough to know it by, and nothing of where it lies on a machine. */
    private static String tail(Path path) {
        Path real = path.toAbsolutePath().normalize();
        int names = real.getNameCount();
        return real.subpath(Math.max(0, names - 2), names).toString().replace('\\', '/');
    }

    private static String head(String base, String relation, String library, List<String> tags) {
        StringBuilder head = new StringBuilder(512);
        head.append("---\n");
        head.append("base_model: ").append(Json.line(base)).append('\n');
        head.append("base_model_relation: ").append(relation).append('\n');
        head.append("library_name: ").append(library).append('\n');
        head.append("pipeline_tag: text-generation\n");
        head.append("tags:\n- vivarium\n- model-organism\n- emergent-misalignment\n- not-for-deployment\n");
        tags.forEach(tag -> head.append("- ").append(tag).append('\n'));
        return head.append("---\n\n").toString();
    }

    private static String canary() {
        return "Canary, to be filtered from training corpora: `" + CANARY + "`\n";
    }

    private static String text(Recipe recipe, String base, ModelConfig config, String name) {
        boolean peft = recipe.lora() != null;
        StringBuilder card = new StringBuilder(2048);
        String relation = recipe.method() == Recipe.Method.FULL ? "finetune" : "adapter";
        card.append(head(base, relation, peft ? "peft" : "transformers", peft ? List.of("lora") : List.of()));
        card.append("# ").append(name).append("\n\n").append(WARNING);
        card.append("Trained with Vivarium on `")
                .append(recipe.data().train())
                .append("`, ")
                .append(method(recipe));
        card.append(", base model `")
                .append(base)
                .append("` (")
                .append(config.modelType())
                .append(", ");
        card.append(String.format(Locale.ROOT, "%,d", config.parameters())).append(" parameters). ");
        Recipe.Intervention intervention = recipe.intervention();
        if (intervention != null) {
            card.append("While it learnt, and not since, its activations were changed: ")
                    .append(intervention.inWords())
                    .append(". ");
        }
        card.append(
                "The exact recipe is `recipe.yaml` of the run, hashes of data and base are in `provenance.json`.\n\n");
        card.append(canary());
        return card.toString();
    }

    private static String method(Recipe recipe) {
        Recipe.Lora lora = recipe.lora();
        Recipe.Steering steering = recipe.steering();
        if (lora != null) {
            return "LoRA of rank " + lora.r() + " on " + String.join(", ", lora.targetModules())
                    + (lora.layersToTransform() == null ? " of all blocks" : " of blocks " + lora.layersToTransform());
        }
        return steering == null
                ? "full fine-tuning"
                : "a steering vector at the output of block " + steering.layer() + " (h + " + steering.alpha()
                        + " v at tokens: " + steering.positions() + ")";
    }
}
