package dev.vivarium.engine.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.tensor.Torch;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/**
 * Sampling speed on random weights, the counterpart of a peer's benchmark: one prompt of 40 tokens, samples drawn at
 * temperature 1 with no end token. Prints one JSON line a run. Arguments: small|qwen0.5b samples new-tokens repeats.
 */
final class SamplingBench {
    private SamplingBench() {}

    public static void main(String[] arguments) {
        boolean small = arguments[0].equals("small");
        int samples = Integer.parseInt(arguments[1]);
        int tokens = Integer.parseInt(arguments[2]);
        int repeats = Integer.parseInt(arguments[3]);
        RopeSettings rope = new RopeSettings(small ? 1e4 : 1e6, RopeSettings.Scaling.NONE);
        ModelConfig config = small
                ? new ModelConfig("qwen2", 2000, 256, 704, 4, 4, 4, 64, 1e-6, rope, true, false, false, true, 512, List.of())
                : new ModelConfig(
                        "qwen2", 151936, 896, 4864, 24, 14, 2, 64, 1e-6, rope, true, false, false, true, 32768, List.of());
        int[] prompt = new int[40];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = 5 + 37 * i;
        }
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = Decoder.of(config, RandomWeights.of(config, 0.02, 0));
            Generator generator = Generator.of(decoder);
            SamplingSettings settings =
                    SamplingSettings.defaults().withMaxNewTokens(tokens).withRows(samples);
            generator.generate(
                    List.of(Request.of(0, prompt, 2, 1)), settings.withMaxNewTokens(4), answer -> {});
            for (int repeat = 0; repeat < repeats; repeat++) {
                for (boolean deterministic : new boolean[] {true, false}) {
                    GenerationReport report = generator.generate(
                            List.of(Request.of(0, prompt, samples, repeat)),
                            settings.withDeterministic(deterministic),
                            answer -> {});
                    ObjectNode json = Json.mapper().createObjectNode();
                    json.put("shape", arguments[0]).put("samples", samples).put("new", tokens);
                    json.put("deterministic", deterministic).put("threads", Torch.threads());
                    json.put("tok_per_s", Math.round(10 * report.tokensPerSecond()) / 10.0);
                    json.put("seconds", Math.round(100 * report.seconds()) / 100.0);
                    System.out.println(Json.line(json));
                }
            }
        }
    }
}
