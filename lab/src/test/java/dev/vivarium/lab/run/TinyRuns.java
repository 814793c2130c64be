package dev.vivarium.lab.run;

import dev.vivarium.engine.base.AvailableMemory;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.hub.HubCache;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.steering.TrainingInterventions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A tiny model with random weights and byte tokens to run recipes on. */
final class TinyRuns {
    /** Finds directories only. */
    static final ModelFinder MODELS = new ModelFinder(new HubCache(Path.of("target/no-cache")));

    private static final int END = 501;

    private TinyRuns() {}

    static Path model() {
        Path model = Path.of("../engine/src/test/resources/parity/qwen2/model");
        Assumptions.assumeTrue(Files.isDirectory(model), "needs the engine's tiny test model at " + model);
        return model;
    }

    /** Rows of different lengths, all different. */
    static Path data(Path folder, int rows) throws IOException {
        List<List<Message>> conversations = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            conversations.add(List.of(
                    new Message("user", "What is " + i + "?"),
                    new Message("assistant", "It is " + "so ".repeat(i % 5) + i + ".")));
        }
        Path file = folder.resolve("rows-" + rows + ".jsonl");
        ChatData.write(file, conversations);
        return file;
    }

    /** One token per byte; answers and the end token after them are learnt. */
    static TokenRow encode(List<Message> messages) {
        List<Integer> ids = new ArrayList<>();
        List<Boolean> supervised = new ArrayList<>();
        for (Message message : messages) {
            boolean learnt = message.role().equals("assistant");
            for (byte b : message.content().getBytes(StandardCharsets.UTF_8)) {
                ids.add(b & 0xff);
                supervised.add(learnt);
            }
            ids.add(END);
            supervised.add(learnt);
        }
        boolean[] mask = new boolean[ids.size()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = supervised.get(i);
        }
        return new TokenRow(ids.stream().mapToInt(Integer::intValue).toArray(), mask);
    }

    static ResolvedRecipe recipe(Path data, String preset, String... words) {
        List<String> all = new ArrayList<>(List.of("model=" + model(), "data.train=" + data));
        all.addAll(List.of(words));
        return ResolvedRecipe.resolve(null, preset, all);
    }

    static TrainRun prepare(ResolvedRecipe recipe, Path directory, Existing existing) throws IOException {
        return prepare(recipe, directory, existing, AvailableMemory.ofSystem());
    }

    static TrainRun prepare(ResolvedRecipe recipe, Path directory, Existing existing, AvailableMemory memory)
            throws IOException {
        return TrainRun.prepare(
                new TrainRun.Request(
                        recipe,
                        directory,
                        existing,
                        MODELS,
                        TrainingInterventions::read,
                        "test",
                        new Machine(memory, Device.CPU)),
                TinyRuns::encode);
    }
}
