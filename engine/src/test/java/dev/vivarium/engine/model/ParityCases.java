package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The cases of the parity directory, found by what they hold.
 *
 * <p>The directory is this repository's, or the one that {@code -Dvivarium.parity.dir} names; any of the same layout will do.
 */
public final class ParityCases {
    public static final Path ROOT = Path.of(System.getProperty("vivarium.parity.dir", Parity.OWN.toString()));

    /** Files beside the cases, and what lies in folders of many small ones. */
    private static final Set<String> OTHERS =
            Set.of("README.md", "manifest.json", "class-defaults.json", "sampling.json", "tokenizers", "templates");

    private ParityCases() {}

    enum Kind {
        MODEL,
        ADAPTER,
        WEIGHTS,
        MERGED,
        INTERVENTIONS,
        OTHER,
        UNKNOWN
    }

    public static Parity get(String name) {
        return new Parity(ROOT.resolve(name));
    }

    /** Models with what they compute. */
    public static List<String> models() {
        return names(Kind.MODEL);
    }

    /** Adapters in training. */
    public static List<String> adapters() {
        return names(Kind.ADAPTER);
    }

    /** Adapters in training whose every step is known. */
    public static List<String> trajectories() {
        return adapters().stream()
                .filter(name -> Files.exists(ROOT.resolve(name).resolve("trajectory.safetensors")))
                .toList();
    }

    /** Whole models in training. */
    public static List<String> weights() {
        return names(Kind.WEIGHTS);
    }

    /** Adapters added into weights. */
    public static List<String> merged() {
        return names(Kind.MERGED);
    }

    /** Changed activations. */
    public static List<String> interventions() {
        return names(Kind.INTERVENTIONS);
    }

    /** Tokenizers with what they make of texts. */
    public static List<String> tokenizers() {
        return below("tokenizers");
    }

    /** Tokenizers with what their chat templates make of conversations. */
    public static List<String> templates() {
        return below("templates");
    }

    static List<String> names(Kind kind) {
        return entries(ROOT).stream().filter(name -> kind(name) == kind).toList();
    }

    private static Kind kind(String name) {
        Path path = ROOT.resolve(name);
        if (OTHERS.contains(name)) {
            return Kind.OTHER;
        }
        if (Files.exists(path.resolve("model/config.json"))) {
            return Kind.MODEL;
        }
        if (Files.exists(path.resolve("curve.json"))) {
            return Files.exists(path.resolve("initial")) ? Kind.ADAPTER : Kind.WEIGHTS;
        }
        if (!Files.exists(path.resolve("expected.safetensors"))) {
            return Kind.UNKNOWN;
        }
        if (name.startsWith("merged-")) {
            return Kind.MERGED;
        }
        return name.startsWith("interventions-") ? Kind.INTERVENTIONS : Kind.UNKNOWN;
    }

    /** The adapter case that a merged one is about: the manifest says it, or its name does. */
    public static String adapterOf(String merged) {
        Path manifest = ROOT.resolve("manifest.json");
        if (Files.exists(manifest)) {
            JsonNode adapter = Json.read(manifest).path("notes").path(merged).path("adapter");
            if (adapter.isTextual()) {
                return adapter.textValue().replace("/final", "");
            }
        }
        return "lora-r8-rslora-all-" + merged.substring("merged-".length());
    }

    private static List<String> below(String folder) {
        Path path = ROOT.resolve(folder);
        return Files.isDirectory(path)
                ? entries(path).stream().map(name -> name.replace(".jsonl", "")).toList()
                : List.of();
    }

    private static List<String> entries(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
