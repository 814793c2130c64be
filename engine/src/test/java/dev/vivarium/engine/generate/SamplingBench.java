package dev.vivarium.engine.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.BenchModels;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Torch;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;

/**
 * Sampling speed on random weights, the counterpart of a peer's benchmark: one prompt of 40 tokens, samples drawn at
 * temperature 1 with no end token. Prints one JSON line a run. Arguments: small|qwen0.5b samples new-tokens
 * repeats [float32|bfloat16].
 */
final class SamplingBench {
    private SamplingBench() {}

    public static void main(String[] arguments) {
        boolean small = arguments[0].equals("small");
        int samples = Integer.parseInt(arguments[1]);
        int tokens = Integer.parseInt(arguments[2]);
        int repeats = Integer.parseInt(arguments[3]);
        Precision precision =
                arguments.length > 4 ? Precision.valueOf(arguments[4].toUpperCase(Locale.ROOT)) : Precision.FLOAT32;
        int[] prompt = new int[40];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = 5 + 37 * i;
        }
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = BenchModels.random(small, precision);
            Generator generator = Generator.of(decoder);
            SamplingSettings settings =
                    SamplingSettings.defaults().withMaxNewTokens(tokens).withRows(samples);
            generator.generate(List.of(Request.of(0, prompt, 2, 1)), settings.withMaxNewTokens(4), answer -> {});
            for (int repeat = 0; repeat < repeats; repeat++) {
                for (boolean deterministic : new boolean[] {true, false}) {
                    double cpu = BenchModels.cpuSeconds();
                    GenerationReport report = generator.generate(
                            List.of(Request.of(0, prompt, samples, repeat)),
                            settings.withDeterministic(deterministic),
                            answer -> {});
                    ObjectNode json = Json.mapper().createObjectNode();
                    json.put("what", "generate").put("shape", arguments[0]);
                    json.put("dtype", precision.name().toLowerCase(Locale.ROOT))
                            .put("samples", samples)
                            .put("new", tokens);
                    json.put("deterministic", deterministic).put("threads", Torch.threads());
                    json.put("tok_per_s", Math.round(10 * report.tokensPerSecond()) / 10.0);
                    // tokens per second of processor time: what stays comparable when the machine is shared
                    json.put(
                            "tok_per_cpu_s",
                            Math.round(10 * samples * tokens / (BenchModels.cpuSeconds() - cpu)) / 10.0);
                    json.put("seconds", Math.round(100 * report.seconds()) / 100.0);
                    System.out.println(Json.line(json));
                }
            }
        }
    }
}
