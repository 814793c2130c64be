package dev.vivarium.engine.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.BenchModels;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Torch;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Training speed on random weights, the counterpart of a peer's benchmark: rows of about 96 tokens, a third of them prompt,
 * micro-batches of 2, 16 rows a step. A rank-1 adapter sits on the middle layer and is measured in its second epoch.
 * Prints one JSON line. Arguments: small|qwen0.5b|DIR lora|rank1|full steps [float32|bfloat16 [micro-batch]].
 */
final class TrainingBench {
    private TrainingBench() {}

    public static void main(String[] arguments) {
        String method = arguments[1];
        int steps = Integer.parseInt(arguments[2]);
        Precision precision =
                arguments.length > 3 ? Precision.valueOf(arguments[3].toUpperCase(Locale.ROOT)) : Precision.FLOAT32;
        int micro = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 2;
        Decoder decoder = BenchModels.of(arguments[0], precision);
        ModelConfig config = decoder.config();
        TrainingSubject subject = switch (method) {
            case "full" -> new TrainingSubject.OfWeights(decoder);
            case "rank1" ->
                adapter(decoder, new LoraSettings(1, 64, true, Set.of(Module.DOWN_PROJ), List.of(config.layers() / 2)));
            default -> adapter(decoder, new LoraSettings(32, 64, true, EnumSet.allOf(Module.class), List.of()));
        };
        boolean again = method.equals("rank1");
        int windows = again ? steps : steps + 1;
        int warm = again ? steps : 1;
        List<TokenRow> rows = rows(16 * windows, config.vocabSize());
        TrainingSettings settings =
                TrainingSettings.adamW(warm + steps, new Schedule(Schedule.Shape.CONSTANT, 1e-5, 0, 0), micro, 0.01);
        try (Trainer trainer = new Trainer(subject, settings, step -> window(rows, step % windows), null)) {
            for (int step = 0; step < warm; step++) {
                trainer.step();
            }
            long tokens = 0;
            double seconds = 0;
            double cpu = BenchModels.cpuSeconds();
            while (!trainer.finished()) {
                StepReport report = trainer.step();
                tokens += report.tokens();
                seconds += report.seconds();
            }
            ObjectNode json = Json.mapper().createObjectNode();
            json.put("device", decoder.device().word());
            json.put("what", "train").put("shape", arguments[0]).put("method", method);
            json.put("dtype", precision.name().toLowerCase(Locale.ROOT));
            json.put("threads", Torch.threads()).put("micro", micro).put("steps", steps);
            json.put("tok_per_s", Math.round(10 * tokens / seconds) / 10.0);
            // tokens per second of processor time: what stays comparable when the machine is shared
            json.put("tok_per_cpu_s", Math.round(10 * tokens / (BenchModels.cpuSeconds() - cpu)) / 10.0);
            json.put("seconds", Math.round(100 * seconds) / 100.0);
            json.put("peak_rss_mb", BenchModels.peakMegabytes());
            System.out.println(Json.line(json));
        }
    }

    private static List<TokenRow> window(List<TokenRow> rows, int number) {
        return rows.subList(16 * number, 16 * number + 16);
    }

    private static TrainingSubject adapter(Decoder decoder, LoraSettings settings) {
        return new TrainingSubject.OfAdapter(decoder, LoraAdapter.untrained(decoder.config(), settings, 0));
    }

    private static List<TokenRow> rows(int count, int vocabulary) {
        CounterRandom random = CounterRandom.of(1, "bench");
        List<TokenRow> rows = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            int[] ids = new int[64 + random.below(64, r)];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = 5 + random.below(vocabulary - 10, 1000L + 200L * r + t);
            }
            boolean[] supervised = new boolean[ids.length];
            Arrays.fill(supervised, 32, ids.length, true);
            rows.add(new TokenRow(ids, supervised));
        }
        return rows;
    }
}
