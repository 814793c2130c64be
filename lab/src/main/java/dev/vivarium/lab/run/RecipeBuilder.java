package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.run.Recipe.Method;
import dev.vivarium.lab.run.ResolvedRecipe.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns settings into a recipe: checks what one key alone cannot tell, and leaves out keys without effect. */
final class RecipeBuilder {
    /** Rows of a step; times the rows of any file it stays an int. */
    private static final long MAX_BATCH = 1 << 20;

    private final Map<String, Setting> all;
    private final String where;

    private RecipeBuilder(Map<String, Setting> all, String where) {
        this.all = all;
        this.where = where;
    }

    static ResolvedRecipe build(Map<String, Setting> all, String where) {
        return new RecipeBuilder(all, where).build();
    }

    private ResolvedRecipe build() {
        required("model", "a model directory, such as model=models/mini-base");
        required("data.train", "a chat JSONL file, such as data.train=rows.jsonl");
        Method method = Method.valueOf(text("method").toUpperCase(Locale.ROOT));
        boolean kl = klWanted();
        boolean intervened = optional("intervention.direction") != null;
        Map<String, Setting> effective = new LinkedHashMap<>(all);
        dropUnless(effective, method == Method.LORA, "lora.", "method=" + text("method"));
        dropUnless(effective, method == Method.STEERING, "steering.", "method=" + text("method"));
        dropUnless(effective, kl, "kl.", "kl.weight=0");
        dropUnless(effective, intervened, "intervention.", "no intervention.direction");
        if (method == Method.LORA) {
            required("lora.target_modules", "names of linear modules, such as lora.target_modules=[down_proj]");
        }
        if (kl && method == Method.FULL) {
            throw new InputException(
                    where + ": a KL term needs an adapter that can be switched off, and method=full has"
                            + " none; set kl.weight=0 or another method");
        }
        if (method == Method.FULL && text("dtype").equals("bfloat16")) {
            throw new InputException(
                    where + ": dtype=bfloat16 holds frozen weights, and method=full trains all of them in"
                            + " float32; set dtype=float32 or another method");
        }
        if (method == Method.STEERING) {
            required("steering.layer", "the block whose output is steered, such as steering.layer=12");
        }
        Recipe recipe = new Recipe(
                optionalText("preset"),
                text("model"),
                new Recipe.Data(text("data.train"), optionalText("data.test"), real("data.test_share")),
                method,
                method == Method.LORA ? lora() : null,
                method == Method.STEERING
                        ? new Recipe.Steering(
                                whole("steering.layer"), real("steering.alpha"), positions("steering.positions"))
                        : null,
                kl ? new Recipe.Kl(text("kl.data"), real("kl.weight"), whole("kl.batch")) : null,
                intervened ? intervention() : null,
                training(),
                whole("max_seq_length"),
                new Recipe.Chat(
                        DefaultSystem.valueOf(text("chat.default_system").toUpperCase(Locale.ROOT)),
                        flag("chat.generation_prompt_quirk")),
                (Long) value("seed"),
                Recipe.Dtype.valueOf(text("dtype").toUpperCase(Locale.ROOT)),
                new Recipe.Checkpoints(
                        whole("checkpoints.dense_until"),
                        whole("checkpoints.every"),
                        optionalWhole("checkpoints.keep")));
        return new ResolvedRecipe(recipe, effective);
    }

    @SuppressWarnings("unchecked") // the key table says what each list holds
    private Recipe.Lora lora() {
        return new Recipe.Lora(
                whole("lora.r"),
                real("lora.lora_alpha"),
                flag("lora.use_rslora"),
                (List<String>) value("lora.target_modules"),
                (List<Integer>) optional("lora.layers_to_transform"),
                (String) optional("lora.init"));
    }

    @SuppressWarnings("unchecked") // the key table says what the list holds
    private Recipe.Intervention intervention() {
        List<String> directions = (List<String>) value("intervention.direction");
        Recipe.Intervention.Action action =
                Recipe.Intervention.Action.valueOf(text("intervention.action").toUpperCase(Locale.ROOT));
        boolean ablates = action == Recipe.Intervention.Action.ABLATE;
        Double scale = (Double) optional("intervention.scale");
        if (ablates && scale != null) {
            throw new InputException(where + ": intervention.scale has no effect with intervention.action=ablate;"
                    + " remove one of the two");
        }
        if (!ablates && (scale == null || scale == 0)) {
            throw new InputException(
                    where + ": intervention.scale must be a number but zero where a direction is added,"
                            + " such as intervention.scale=2");
        }
        if (!ablates && directions.size() > 1) {
            throw new InputException(where + ": intervention.direction names " + directions.size()
                    + " files, but only one can be added; their sum is made by vivarium direction combine");
        }
        return new Recipe.Intervention(
                directions,
                action,
                text("intervention.layers"),
                positions("intervention.positions"),
                scale == null ? 0 : scale);
    }

    private Positions positions(String key) {
        try {
            return Positions.parse(text(key));
        } catch (InputException e) {
            throw new InputException(where + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private Recipe.Training training() {
        long rows = (Long) value("training.per_device_train_batch_size")
                * (Long) value("training.gradient_accumulation_steps");
        if (rows > MAX_BATCH) {
            throw new InputException(where + ": training.per_device_train_batch_size times"
                    + " training.gradient_accumulation_steps is " + rows + " rows a step; lower them to at most "
                    + MAX_BATCH + " together");
        }
        return new Recipe.Training(
                real("training.learning_rate"),
                Recipe.Scheduler.valueOf(text("training.lr_scheduler_type").toUpperCase(Locale.ROOT)),
                whole("training.warmup_steps"),
                real("training.weight_decay"),
                real("training.adam_beta1"),
                real("training.adam_beta2"),
                real("training.adam_epsilon"),
                real("training.max_grad_norm"),
                whole("training.epochs"),
                optionalWhole("training.max_steps"),
                whole("training.per_device_train_batch_size"),
                whole("training.gradient_accumulation_steps"),
                microBatchRows(),
                (Boolean) optional(RecipeKeys.GRADIENT_CHECKPOINTING));
    }

    private @Nullable Integer microBatchRows() {
        Integer rows = optionalWhole(RecipeKeys.MICRO_BATCH_ROWS);
        int most = whole("training.per_device_train_batch_size");
        if (rows != null && rows > most) {
            throw new InputException(where + ": " + RecipeKeys.MICRO_BATCH_ROWS + " is " + rows
                    + ", more than training.per_device_train_batch_size, which is " + most
                    + "; lower it or raise that");
        }
        return rows;
    }

    private boolean klWanted() {
        boolean wanted = real("kl.weight") > 0;
        if (wanted && optional("kl.data") == null) {
            throw new InputException(where + ": kl.weight is " + real("kl.weight")
                    + " but kl.data is not set; name a chat JSONL file of other domains, such as kl.data=other.jsonl");
        }
        return wanted;
    }

    /** Leaves a section out; a value that the user gave and that would do nothing is an error. */
    private void dropUnless(Map<String, Setting> effective, boolean used, String prefix, String because) {
        if (used) {
            return;
        }
        all.forEach((path, setting) -> {
            if (path.startsWith(prefix)) {
                boolean switchedOff = path.equals("kl.weight");
                if (setting.byUser() && setting.value() != null && !switchedOff) {
                    throw new InputException(setting.origin() + ": " + path + " has no effect with " + because
                            + "; remove one of the two");
                }
                effective.remove(path);
            }
        });
    }

    private void required(String path, String hint) {
        if (optional(path) == null) {
            throw new InputException(where + ": " + path + " is not set; name " + hint);
        }
    }

    private @Nullable Object optional(String path) {
        Setting setting = all.get(path);
        if (setting == null) {
            throw new IllegalStateException("no such key: " + path);
        }
        return setting.value();
    }

    private Object value(String path) {
        Object value = optional(path);
        if (value == null) {
            throw new IllegalStateException("defaults.yaml has no value for " + path);
        }
        return value;
    }

    private String text(String path) {
        return (String) value(path);
    }

    private @Nullable String optionalText(String path) {
        return (String) optional(path);
    }

    private int whole(String path) {
        return Math.toIntExact((Long) value(path));
    }

    private @Nullable Integer optionalWhole(String path) {
        Object value = optional(path);
        return value == null ? null : Math.toIntExact((Long) value);
    }

    private double real(String path) {
        return (Double) value(path);
    }

    private boolean flag(String path) {
        return (Boolean) value(path);
    }
}
