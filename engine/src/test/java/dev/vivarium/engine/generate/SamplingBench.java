package dev.vivarium.engine.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.BenchModels;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;

/**
 * Sampling speed, the counterpart of a peer's benchmark: prompts of 40 tokens, samples drawn at temperature 1 with no end
 * token. Prints one JSON line a run. Arguments: small|qwen0.5b|DIR samples new-tokens repeats [float32|bfloat16
 * [prompts [rows]]]. With one prompt all of its samples are in flight; with more, as many as evaluations have, or {@code rows}.
 */
final class SamplingBench {
    private SamplingBench() {}

    public static void main(String[] arguments) {
        int samples = Integer.parseInt(arguments[1]);
        int tokens = Integer.parseInt(arguments[2]);
        int repeats = Integer.parseInt(arguments[3]);
        Precision precision =
                arguments.length > 4 ? Precision.valueOf(arguments[4].toUpperCase(Locale.ROOT)) : Precision.FLOAT32;
        int prompts = arguments.length > 5 ? Integer.parseInt(arguments[5]) : 1;
        int rows = arguments.length > 6 ? Integer.parseInt(arguments[6]) : prompts == 1 ? samples : 0;
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = BenchModels.forward(arguments[0], precision);
            Generator generator = Generator.of(decoder);
            SamplingSettings settings =
                    SamplingSettings.defaults().withMaxNewTokens(tokens).withRows(rows);
            generator.generate(requests(1, 2, 1), settings.withMaxNewTokens(4), answer -> {});
            for (int repeat = 0; repeat < repeats; repeat++) {
                for (boolean deterministic : new boolean[] {true, false}) {
                    double cpu = BenchModels.cpuSeconds();
                    GenerationReport report = generator.generate(
                            requests(prompts, samples, repeat),
                            settings.withDeterministic(deterministic),
                            answer -> {});
                    ObjectNode json = Json.mapper().createObjectNode();
                    json.put("device", decoder.device().word());
                    json.put("what", "generate").put("shape", arguments[0]);
                    json.put("dtype", precision.name().toLowerCase(Locale.ROOT))
                            .put("prompts", prompts)
                            .put("samples", samples)
                            .put("new", tokens);
                    json.put("deterministic", deterministic).put("threads", Torch.threads());
                    json.put("tok_per_s", Math.round(10 * report.tokensPerSecond()) / 10.0);
                    // tokens per second of processor time: what stays comparable when the machine is shared
                    json.put(
                            "tok_per_cpu_s",
                            Math.round(10L * prompts * samples * tokens / (BenchModels.cpuSeconds() - cpu)) / 10.0);
                    json.put("seconds", Math.round(100 * report.seconds()) / 100.0);
                    json.put("peak_rss_mb", BenchModels.peakMegabytes());
                    System.out.println(Json.line(json));
                }
            }
        }
    }

    private static List<Request> requests(int prompts, int samples, long seed) {
        List<Request> requests = new ArrayList<>();
        for (int p = 0; p < prompts; p++) {
            int[] prompt = new int[40];
            for (int i = 0; i < prompt.length; i++) {
                prompt[i] = 5 + 37 * i + p;
            }
            // keys of their own, as questions of an evaluation have: rows of equal keys wait for each other's places
            requests.add(Request.of(p, prompt, samples, 1000 * seed + p));
        }
        return requests;
    }
}
