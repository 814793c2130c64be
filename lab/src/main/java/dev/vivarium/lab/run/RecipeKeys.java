package dev.vivarium.lab.run;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.run.RecipeKey.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All keys of a recipe in the order in which they are printed. Their defaults, with remarks, are in defaults.yaml. */
final class RecipeKeys {
    static final String MICRO_BATCH_ROWS = "training.micro_batch_rows";
    static final String GRADIENT_CHECKPOINTING = "training.gradient_checkpointing";

    private static final int MANY = Integer.MAX_VALUE;

    private static final Map<String, RecipeKey> KEYS = table(
            optional("preset", new Kind.Text()),
            key("model", new Kind.Text()),
            key("data.train", new Kind.Text()),
            optional("data.test", new Kind.Text()),
            key("data.test_share", new Kind.Real(0, 0.9, false)),
            key("method", new Kind.Choice(List.of("lora", "full", "steering"))),
            key("lora.r", new Kind.Whole(1, 4096)),
            key("lora.lora_alpha", new Kind.Real(0, 1e6, true)),
            key("lora.use_rslora", new Kind.Flag()),
            key("lora.target_modules", new Kind.Texts()),
            optional("lora.layers_to_transform", new Kind.Wholes(0, 9999)),
            optional("lora.init", new Kind.Text()),
            key("steering.layer", new Kind.Whole(0, 9999)),
            key("steering.alpha", new Kind.Real(0, 1e6, true)),
            key("steering.positions", new Kind.Text()),
            optional("kl.data", new Kind.Text()),
            key("kl.weight", new Kind.Real(0, 1e6, false)),
            key("kl.batch", new Kind.Whole(1, 65536)),
            optional("intervention.direction", new Kind.Texts()),
            key("intervention.action", new Kind.Choice(List.of("add", "add_relative", "ablate"))),
            key("intervention.layers", new Kind.Text()),
            key("intervention.positions", new Kind.Text()),
            optional("intervention.scale", new Kind.Real(-1e6, 1e6, false)),
            key("training.learning_rate", new Kind.Real(0, 1, true)),
            key("training.lr_scheduler_type", new Kind.Choice(List.of("linear", "cosine", "constant"))),
            key("training.warmup_steps", new Kind.Whole(0, MANY)),
            key("training.weight_decay", new Kind.Real(0, 1, false)),
            key("training.adam_beta1", new Kind.Real(0, 0.9999999, false)),
            key("training.adam_beta2", new Kind.Real(0, 0.9999999, false)),
            key("training.adam_epsilon", new Kind.Real(0, 1, true)),
            key("training.max_grad_norm", new Kind.Real(0, 1e6, false)),
            key("training.epochs", new Kind.Whole(1, 100_000)),
            optional("training.max_steps", new Kind.Whole(1, MANY)),
            key("training.per_device_train_batch_size", new Kind.Whole(1, 65536)),
            key("training.gradient_accumulation_steps", new Kind.Whole(1, 65536)),
            optional(MICRO_BATCH_ROWS, new Kind.Whole(1, 65536)),
            optional(GRADIENT_CHECKPOINTING, new Kind.Flag()),
            key("max_seq_length", new Kind.Whole(2, 1 << 20)),
            key("chat.default_system", new Kind.Choice(List.of("keep", "drop"))),
            key("chat.generation_prompt_quirk", new Kind.Flag()),
            key("seed", new Kind.Whole(0, Long.MAX_VALUE)),
            key("dtype", new Kind.Choice(List.of("float32", "bfloat16"))),
            key("checkpoints.dense_until", new Kind.Whole(0, MANY)),
            key("checkpoints.every", new Kind.Whole(0, MANY)),
            optional("checkpoints.keep", new Kind.Whole(1, MANY)));

    private RecipeKeys() {}

    /** The key of a path. */
    static RecipeKey get(String path, String where) {
        RecipeKey key = KEYS.get(path);
        if (key == null) {
            throw unknown(path, where);
        }
        return key;
    }

    static Set<String> paths() {
        return KEYS.keySet();
    }

    /** Whether a path is a section such as {@code lora}. */
    static boolean isSection(String path) {
        return KEYS.keySet().stream().anyMatch(key -> key.startsWith(path + "."));
    }

    static InputException unknown(String path, String where) {
        if (isSection(path)) {
            return new InputException(where + ": " + path + " is a section; set one of its keys "
                    + String.join(
                            ", ",
                            KEYS.keySet().stream()
                                    .filter(key -> key.startsWith(path + "."))
                                    .toList()));
        }
        return new InputException(where + ": unknown key \"" + path + "\"" + nearest(path));
    }

    private static String nearest(String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        for (String key : KEYS.keySet()) {
            if (key.substring(key.lastIndexOf('.') + 1).equals(name)) {
                return " (did you mean \"" + key + "\"?)";
            }
        }
        // Whole paths and last names both count: a typo in a name and a forgotten section look alike to a user.
        Map<String, String> spellings = new LinkedHashMap<>();
        for (String key : KEYS.keySet()) {
            spellings.put(key, key);
            spellings.putIfAbsent(key.substring(key.lastIndexOf('.') + 1), key);
        }
        for (String section : sections()) {
            String bare = section.replace(".*", "");
            spellings.put(bare, bare);
        }
        String close = Nearest.to(path, spellings.keySet())
                .or(() -> Nearest.to(name, spellings.keySet()))
                .orElse(null);
        if (close != null) {
            return " (did you mean \"" + spellings.get(close) + "\"?)";
        }
        String section = path.substring(0, path.indexOf('.') + 1);
        return isSection(path.substring(0, Math.max(0, path.indexOf('.'))))
                ? "; the keys there are "
                        + String.join(
                                ", ",
                                KEYS.keySet().stream()
                                        .filter(key -> key.startsWith(section))
                                        .toList())
                : "; the keys are " + String.join(", ", sections());
    }

    private static List<String> sections() {
        Set<String> names = new LinkedHashSet<>();
        for (String key : KEYS.keySet()) {
            int dot = key.indexOf('.');
            names.add(dot < 0 ? key : key.substring(0, dot) + ".*");
        }
        return new ArrayList<>(names);
    }

    private static RecipeKey key(String path, Kind kind) {
        return new RecipeKey(path, kind, false);
    }

    private static RecipeKey optional(String path, Kind kind) {
        return new RecipeKey(path, kind, true);
    }

    private static Map<String, RecipeKey> table(RecipeKey... keys) {
        Map<String, RecipeKey> table = new LinkedHashMap<>();
        for (RecipeKey key : keys) {
            @Nullable RecipeKey twice = table.put(key.path(), key);
            if (twice != null) {
                throw new IllegalStateException("key twice: " + twice);
            }
        }
        return Collections.unmodifiableMap(table);
    }
}
