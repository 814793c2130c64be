package dev.vivarium.engine.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.text.TokenRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Training speed on random weights, the counterpart of a peer's benchmark: rows of about 96 tokens, a third of them prompt,
 * micro-batches of 2, 16 rows a step. Prints one JSON line. Arguments: small|qwen0.5b lora|rank1|full steps [micro-batch].
 */
final class TrainingBench {
    private TrainingBench() {}

    public static void main(String[] arguments) throws IOException {
        boolean small = arguments[0].equals("small");
        String method = arguments[1];
        int steps = Integer.parseInt(arguments[2]);
        int micro = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 2;
        RopeSettings rope = new RopeSettings(small ? 1e4 : 1e6, RopeSettings.Scaling.NONE);
        ModelConfig config = small
                ? new ModelConfig("qwen2", 2000, 256, 704, 4, 4, 4, 64, 1e-6, rope, true, false, false, true, 512, List.of())
                : new ModelConfig(
                        "qwen2", 151936, 896, 4864, 24, 14, 2, 64, 1e-6, rope, true, false, false, true, 32768, List.of());
        Decoder decoder = Decoder.of(config, RandomWeights.of(config, 0.02, 0));
        TrainingSubject subject =
                switch (method) {
                    case "full" -> new TrainingSubject.OfWeights(decoder);
                    case "rank1" ->
                        adapter(decoder, new LoraSettings(1, 64, true, Set.of(Module.DOWN_PROJ), List.of(config.layers() / 2)));
                    default -> adapter(decoder, new LoraSettings(32, 64, true, EnumSet.allOf(Module.class), List.of()));
                };
        List<TokenRow> rows = rows(16 * (steps + 1), config.vocabSize());
        TrainingSettings settings =
                TrainingSettings.adamW(steps + 1, new Schedule(Schedule.Shape.CONSTANT, 1e-5, 0, 0), micro, 0.01);
        try (Trainer trainer = new Trainer(subject, settings, step -> rows.subList(16 * step, 16 * step + 16), null)) {
            trainer.step();
            long tokens = 0;
            double seconds = 0;
            double cpu = cpuSeconds();
            while (!trainer.finished()) {
                StepReport report = trainer.step();
                tokens += report.tokens();
                seconds += report.seconds();
            }
            ObjectNode json = Json.mapper().createObjectNode();
            json.put("shape", arguments[0]).put("method", method).put("micro", micro).put("steps", steps);
            json.put("tok_per_s", Math.round(10 * tokens / seconds) / 10.0);
            // tokens per second of processor time: what stays comparable when the machine is shared
            json.put("tok_per_cpu_s", Math.round(10 * tokens / (cpuSeconds() - cpu)) / 10.0);
            json.put("seconds", Math.round(100 * seconds) / 100.0);
            json.put("peak_rss_mb", peakMegabytes());
            System.out.println(Json.line(json));
        }
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

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static long peakMegabytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return -1;
    }
}
