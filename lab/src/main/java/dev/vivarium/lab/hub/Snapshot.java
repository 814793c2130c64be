package dev.vivarium.lab.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A repository at one commit, as the cache holds it.
 *
 * @param cache where it lies
 * @param name of the repository
 * @param commit the commit
 */
record Snapshot(HubCache cache, ModelName name, String commit) {
    private static final String CONFIG = "config.json";
    private static final String TOKENIZER = "tokenizer.json";

    Path directory() {
        return cache.snapshot(name, commit);
    }

    /** Whether this is an adapter and no model. */
    boolean isAdapter() {
        return AdapterFiles.isAdapter(directory()) && !has(WeightFiles.SINGLE_FILE) && !has(WeightFiles.INDEX_FILE);
    }

    /** What this is, for lists. */
    String kind() {
        return isAdapter() ? "adapter" : "model";
    }

    /** The model below an adapter, where its configuration names one of a hub. */
    Optional<ModelName> base() {
        if (!isAdapter()) {
            return Optional.empty();
        }
        try {
            JsonNode config = Json.read(directory().resolve(AdapterFiles.CONFIG));
            return ModelName.parse(config.path("base_model_name_or_path").asText(""));
        } catch (InputException _) {
            return Optional.empty(); // whoever loads it says what is wrong with it
        }
    }

    /** The first file without which nothing can be loaded and which is not here; it may still be on its way. */
    Optional<String> missing() {
        if (isAdapter()) {
            return has(AdapterFiles.WEIGHTS) ? Optional.empty() : Optional.of(AdapterFiles.WEIGHTS);
        }
        if (!has(CONFIG)) {
            return Optional.of(CONFIG);
        }
        if (has(WeightFiles.SINGLE_FILE)) {
            return Optional.empty();
        }
        if (!has(WeightFiles.INDEX_FILE)) {
            return Optional.of(WeightFiles.SINGLE_FILE);
        }
        Set<String> shards = new TreeSet<>();
        Json.read(directory().resolve(WeightFiles.INDEX_FILE))
                .path("weight_map")
                .forEach(shard -> shards.add(shard.asText()));
        return shards.stream().filter(shard -> !has(shard)).findFirst();
    }

    private boolean has(String file) {
        return Files.exists(directory().resolve(file));
    }

    /**
     * Refuses links that lead out of the cache, and links to contents that are not there.
     *
     * <p>A hub cannot make links, so one that leads elsewhere was made by someone else; what it shows is not the model.
     */
    void checkLinks() throws IOException {
        for (Path file : files()) {
            String shown = name + ": file " + directory().relativize(file) + " in the cache ";
            if (!Files.exists(file)) {
                throw new InputException(shown + "is a link to nothing; fetch it again: " + name.pullCommand());
            }
            if (!cache.isInside(name, file)) {
                throw new InputException(shown + "is a link that leaves the cache; delete it (" + file
                        + ") and fetch the model again: " + name.pullCommand());
            }
        }
    }

    /** Why this cannot be used as a model or an adapter, in words for its user; null if it can. */
    @Nullable
    String fault() {
        try {
            checkLinks();
            checkContents();
            return null;
        } catch (InputException e) {
            String sentence = String.valueOf(e.getMessage());
            for (String prefix : List.of(name + ": ", directory() + ": ", directory() + "/")) {
                sentence = sentence.startsWith(prefix) ? sentence.substring(prefix.length()) : sentence;
            }
            return sentence;
        } catch (IOException e) {
            return "it cannot be read (" + e.getMessage() + ")";
        }
    }

    private void checkContents() {
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            throw new InputException(missing.get() + " is missing; complete it with: " + name.pullCommand());
        }
        if (isAdapter()) {
            WeightFiles.open(directory().resolve(AdapterFiles.WEIGHTS)).close();
            return;
        }
        ModelDirectory.open(directory()).checkWeights();
        if (!has(TOKENIZER)) {
            throw new InputException("it has no " + TOKENIZER + ", the only form of a tokenizer that is read here");
        }
    }

    /** Bytes of each file by its name in the repository. */
    SortedMap<String, Long> sizes() throws IOException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        for (Path file : files()) {
            String relative = directory().relativize(file).toString().replace('\\', '/');
            sizes.put(relative, Files.exists(file) ? Files.size(file) : 0);
        }
        return sizes;
    }

    /** All files and links, also links that lead nowhere. */
    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory())) {
            return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }
}
