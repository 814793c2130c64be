package dev.vivarium.lab.judge;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who wrote the answers of an evaluation, in terms of the model that reads them now.
 *
 * @param adapter what the reading model had on it; null for the model as it is
 * @param defaultSystem what happened to the chat template's own system turn
 */
public record Author(@Nullable ScaledAdapter adapter, DefaultSystem defaultSystem) {
    private static final String ADAPTER = "adapter/";
    private static final String SCALE = ADAPTER + "scale";

    /**
     * Finds the author.
     *
     * @param evaluation the directory of the answers
     * @param model SHA-256 by name of the files of the model that reads
     * @return null where another model wrote them, or the adapter is not where its run had it, or not the same any more
     */
    public static @Nullable Author find(Path evaluation, Map<String, String> model) throws IOException {
        EvaluationSettings settings = EvaluationSettings.read(new EvaluationFiles(evaluation).settings());
        SortedMap<String, String> base = new TreeMap<>();
        SortedMap<String, String> adapter = new TreeMap<>();
        settings.model().forEach((name, hash) -> (name.startsWith(ADAPTER) ? adapter : base).put(name, hash));
        if (!base.equals(model)) {
            return null;
        }
        String system = settings.sampling().getOrDefault("default_system", "keep");
        DefaultSystem defaultSystem = DefaultSystem.valueOf(system.toUpperCase(Locale.ROOT));
        String scale = adapter.remove(SCALE);
        if (adapter.isEmpty()) {
            return new Author(null, defaultSystem);
        }
        Path above = evaluation.toAbsolutePath().normalize().getParent();
        Path run = above == null ? null : above.getParent();
        Path place = run == null ? null : new RunFiles(run).adapter();
        if (place == null || !AdapterFiles.isAdapter(place)) {
            return null;
        }
        for (Map.Entry<String, String> file : adapter.entrySet()) {
            Path own = place.resolve(file.getKey().substring(ADAPTER.length()));
            if (!Files.isRegularFile(own) || !Hashes.sha256(own).equals(file.getValue())) {
                return null;
            }
        }
        AdapterScale acting = scale == null ? AdapterScale.ONE : AdapterScale.parse(scale);
        return new Author(new ScaledAdapter(place, acting), defaultSystem);
    }
}
