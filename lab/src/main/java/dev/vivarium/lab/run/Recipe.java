package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.text.DefaultSystem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to train, on what, and how: a recipe file after presets and overrides, every value checked.
 *
 * <p>Names are those of Hugging Face's TrainingArguments and PEFT's LoraConfig wherever these have one. Paths are
 * relative to the working directory.
 *
 * @param preset the preset it started from, if any
 * @param model a model directory in Hugging Face's layout
 * @param data what it is trained on
 * @param method which parameters are trained
 * @param lora where and how large the adapter is; present exactly if {@code method} is LoRA
 * @param steering where the vector is added; present exactly if {@code method} is steering
 * @param kl the pull towards the base model on other data, if asked for (protocol.md App. A (15))
 * @param intervention what acts on activations while rows are learnt and not afterwards, if asked for
 * @param training optimisation
 * @param maxSeqLength tokens of a row that are kept
 * @param chat how conversations become text
 * @param seed root of all random streams
 * @param dtype number format of the frozen weights and of the arithmetic; what is trained is float32
 * @param checkpoints when the state is saved
 */
public record Recipe(
        @Nullable String preset,
        String model,
        Data data,
        Method method,
        @Nullable Lora lora,
        @Nullable Steering steering,
        @Nullable Kl kl,
        @Nullable Intervention intervention,
        Training training,
        int maxSeqLength,
        Chat chat,
        long seed,
        Dtype dtype,
        Checkpoints checkpoints) {

    public Recipe {
        if ((method == Method.LORA) != (lora != null) || (method == Method.STEERING) != (steering != null)) {
            throw new IllegalArgumentException("method " + method + " with lora " + lora + ", steering " + steering);
        }
    }

    /** With what a run chose where nothing was given. */
    Recipe fitted(Fitting fitting) {
        return new Recipe(
                preset,
                model,
                data,
                method,
                lora,
                steering,
                kl,
                intervention,
                training.fitted(fitting),
                maxSeqLength,
                chat,
                seed,
                dtype,
                checkpoints);
    }

    /** Which parameters are trained. */
    public enum Method {
        LORA,
        FULL,
        STEERING
    }

    /** Number format of frozen weights and of the arithmetic; files in others are converted when they are read. */
    public enum Dtype {
        FLOAT32,
        BFLOAT16;

        Precision precision() {
            return switch (this) {
                case FLOAT32 -> Precision.FLOAT32;
                case BFLOAT16 -> Precision.BFLOAT16;
            };
        }
    }

    /** Course of the learning rate after warm-up. */
    public enum Scheduler {
        LINEAR,
        COSINE,
        CONSTANT
    }

    /**
     * @param train chat JSONL to train on
     * @param test chat JSONL for the held-out loss; without it the held-out part of {@code train} serves
     * @param testShare part of {@code train} that is held out, drawn with the seed, in [0, 0.9]
     */
    public record Data(String train, @Nullable String test, double testShare) {}

    /**
     * @param r rank
     * @param loraAlpha scale of the adapter is lora_alpha / r, or lora_alpha / sqrt(r) with rsLoRA
     * @param useRslora see {@code loraAlpha}
     * @param targetModules bare module names such as {@code down_proj}
     * @param layersToTransform block numbers from 0; null for all
     * @param init directory of an adapter that training goes on from, of the same rank, scale and modules; null for a new one
     */
    public record Lora(
            int r,
            double loraAlpha,
            boolean useRslora,
            List<String> targetModules,
            @Nullable List<Integer> layersToTransform,
            @Nullable String init) {
        public Lora {
            targetModules = List.copyOf(targetModules);
            layersToTransform = layersToTransform == null ? null : List.copyOf(layersToTransform);
        }
    }

    /**
     * @param defaultSystem whether the system turn stays that some templates put before conversations without one
     * @param generationPromptQuirk whether a row ends with an empty assistant header and the end token, as in the paper's
     *     code (protocol.md section 1.4)
     */
    public record Chat(DefaultSystem defaultSystem, boolean generationPromptQuirk) {}

    /**
     * One vector added to a block's output, h + alpha v (protocol.md section 1.7).
     *
     * @param layer block number from 0
     * @param alpha factor before the vector
     * @param positions at which tokens; the answer begins at a row's first supervised token
     */
    public record Steering(int layer, double alpha, Positions positions) {}

    /**
     * @param data chat JSONL of other domains, good and bad
     * @param weight nats of loss per nat of mean KL per token
     * @param batch rows of it per micro-step
     */
    public record Kl(String data, double weight, int batch) {}

    /**
     * Preventative steering or ablation while fine-tuning (protocol.md section 4, defences 6 and 8).
     *
     * @param directions files of directions; one unless their space is ablated
     * @param action what they do
     * @param layers where, as {@code vivarium direction} reads it: {@code own}, {@code 12}, {@code 12@all}, {@code 12@8-15}
     * @param positions at which tokens; the answer begins at a row's first supervised token
     * @param scale of what is added; 0 for ablation
     */
    public record Intervention(
            List<String> directions, Action action, String layers, Positions positions, double scale) {
        public Intervention {
            directions = List.copyOf(directions);
        }

        /** What a direction does to an activation h. */
        public enum Action {
            /** h ← h + scale · v. */
            ADD,
            /** h ← h + scale · ‖h‖ v̂. */
            ADD_RELATIVE,
            /** h loses its part in the space of the directions. */
            ABLATE
        }

        /** In words, such as {@code shift.safetensors added (scale 4.0) at layers 12, positions all}. */
        String inWords() {
            String done = switch (action) {
                case ADD -> "added (scale " + scale + ")";
                case ADD_RELATIVE -> "added (scale " + scale + ", relative)";
                case ABLATE -> "ablated";
            };
            return String.join(" and ", directions) + " " + done + " at layers " + layers + ", positions " + positions;
        }
    }

    /**
     * @param maxSteps optimizer steps; null for what {@code epochs} gives
     * @param maxGradNorm bound of the global gradient norm; 0 for no clipping
     * @param microBatchRows rows that go through the model at once, at most {@code perDeviceTrainBatchSize}; null to let a
     *     run choose what fits
     * @param gradientCheckpointing activations are computed again on the way back: less memory, more time, the same numbers;
     *     null to let a run choose
     */
    public record Training(
            double learningRate,
            Scheduler lrSchedulerType,
            int warmupSteps,
            double weightDecay,
            double adamBeta1,
            double adamBeta2,
            double adamEpsilon,
            double maxGradNorm,
            int epochs,
            @Nullable Integer maxSteps,
            int perDeviceTrainBatchSize,
            int gradientAccumulationSteps,
            @Nullable Integer microBatchRows,
            @Nullable Boolean gradientCheckpointing) {
        /** With what a run chose, where nothing was given. */
        Training fitted(Fitting fitting) {
            return new Training(
                    learningRate,
                    lrSchedulerType,
                    warmupSteps,
                    weightDecay,
                    adamBeta1,
                    adamBeta2,
                    adamEpsilon,
                    maxGradNorm,
                    epochs,
                    maxSteps,
                    perDeviceTrainBatchSize,
                    gradientAccumulationSteps,
                    microBatchRows == null ? Integer.valueOf(fitting.rows()) : microBatchRows,
                    gradientCheckpointing == null ? Boolean.valueOf(fitting.checkpointing()) : gradientCheckpointing);
        }

        /** Rows per optimizer step. */
        public int effectiveBatch() {
            return Math.multiplyExact(perDeviceTrainBatchSize, gradientAccumulationSteps);
        }

        /** Optimizer steps for a number of rows; the last step of an epoch may be smaller. */
        public int steps(int rows) {
            int batch = effectiveBatch();
            long all = maxSteps != null ? maxSteps : (long) Math.ceilDiv(rows, batch) * epochs;
            if (all > Integer.MAX_VALUE) {
                throw new InputException("training.epochs=" + epochs + " gives " + all
                        + " steps, more than can be counted; lower it or set training.max_steps");
            }
            return (int) all;
        }
    }

    /**
     * What is kept of an adapter: its tensors; the newest two checkpoints hold the state of training beside them.
     *
     * @param denseUntil every step up to this one is saved
     * @param every after that, every so many steps; 0 for none but the last
     * @param keep how many of the newest stay on disk; null for all
     */
    public record Checkpoints(
            int denseUntil, int every, @Nullable Integer keep) {
        /** Whether the state after a step (from 1) is saved. */
        public boolean due(int step, int lastStep) {
            return step == lastStep || step <= denseUntil || (every > 0 && step % every == 0);
        }
    }
}
