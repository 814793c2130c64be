package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds what a user writes for a model or an adapter: a directory, or {@code ORG/NAME[@REVISION]} in the Hugging Face
 * cache. Never goes to the network.
 */
public final class ModelFinder {
    private final HubCache cache;

    public ModelFinder(HubCache cache) {
        this.cache = cache;
    }

    /**
     * The directory of a model; a directory that is there is taken before a name.
     *
     * @throws InputException if nothing is there, or what the cache holds is an adapter, is not whole, or leads elsewhere
     */
    public FoundModel find(String word) throws IOException {
        return find(word, false);
    }

    /** The same for an adapter. */
    public FoundModel findAdapter(String word) throws IOException {
        return find(word, true);
    }

    /** The same for either. */
    public FoundModel findEither(String word) throws IOException {
        Optional<ModelName> name = ModelName.parse(word);
        Optional<Snapshot> snapshot = name.isPresent() ? cache.find(name.get()) : Optional.empty();
        return find(word, snapshot.filter(Snapshot::isAdapter).isPresent());
    }

    private FoundModel find(String word, boolean adapter) throws IOException {
        Path path = Path.of(word);
        if (Files.isDirectory(path)) {
            return new FoundModel(word, path, null);
        }
        ModelName name = ModelName.parse(word).orElseThrow(() -> noDirectory(word, adapter));
        Snapshot snapshot = cache.find(name).orElseThrow(() -> notCached(name));
        snapshot.checkLinks();
        Optional<String> missing = snapshot.missing();
        if (missing.isPresent()) {
            throw new InputException(name + " is not whole in the Hugging Face cache, " + missing.get()
                    + " is missing; complete it with: " + name.pullCommand());
        }
        if (snapshot.isAdapter() != adapter) {
            String base = snapshot.base().map(ModelName::toString).orElse("MODEL");
            throw new InputException(
                    adapter
                            ? name + " is a model and no adapter; give --adapter something that was trained on a model"
                            : name + " is an adapter and no model; name the model below it, such as: vivarium evaluate "
                                    + base + " --adapter " + name);
        }
        return new FoundModel(name.repository(), snapshot.directory(), snapshot.commit());
    }

    /** The tail of a message about a word that names nothing: a name in the cache that is like it, or nothing. */
    public String hint(String word) {
        return nearest(word, cachedNames());
    }

    private InputException noDirectory(String word, boolean adapter) {
        Map<String, String> spellings = cachedNames();
        siblings(Path.of(word)).forEach(sibling -> spellings.put(sibling, sibling));
        String kind = adapter ? "adapter" : "model";
        String folder = adapter
                ? "adapter_config.json and adapter_model.safetensors"
                : "config.json, tokenizer.json and model.safetensors";
        return new InputException(word + ": no such " + kind + " directory" + nearest(word, spellings)
                + "; give a folder with " + folder + ", or ORG/NAME of one in the Hugging Face cache");
    }

    private InputException notCached(ModelName name) {
        Set<String> there = revisions(name);
        if (!there.isEmpty()) {
            return new InputException(name.repository() + " is in the Hugging Face cache at " + String.join(", ", there)
                    + ", not at " + name.revisionOrMain() + "; fetch that with: " + name.pullCommand());
        }
        Map<String, String> spellings = cachedNames();
        siblings(Path.of(name.repository())).forEach(sibling -> spellings.put(sibling, sibling));
        return new InputException(name + ": no such directory, and no such model in the Hugging Face cache ("
                + cache.root() + ")" + nearest(name.repository(), spellings) + "; fetch it with: "
                + name.pullCommand());
    }

    /** What a user may write for each name in the cache, with or without the part before the slash. */
    private Map<String, String> cachedNames() {
        Map<String, String> names = new TreeMap<>();
        try {
            for (ModelName name : cache.names()) {
                names.put(name.repository(), name.repository());
                names.putIfAbsent(name.name(), name.repository());
            }
        } catch (IOException _) {
            return names; // only advice is lost
        }
        return names;
    }

    private static String nearest(String word, Map<String, String> spellings) {
        return Nearest.to(word, spellings.keySet())
                .map(spelling -> " (did you mean \"" + spellings.get(spelling) + "\"?)")
                .orElse("");
    }

    /** Directories beside the one that is not there, spelt as the user spells it. */
    private static List<String> siblings(Path path) {
        Path parent = path.getParent();
        List<String> siblings = new ArrayList<>();
        try (Stream<Path> children = Files.list(parent == null ? Path.of("") : parent)) {
            children.filter(Files::isDirectory).map(Path::toString).forEach(siblings::add);
        } catch (IOException _) {
            return List.of(); // only advice is lost
        }
        return siblings;
    }

    /** Branches, tags and lone commits of a repository that are in the cache. */
    private Set<String> revisions(ModelName name) {
        Set<String> revisions = new TreeSet<>();
        try {
            List<String> commits = new ArrayList<>(
                    cache.snapshots(name).stream().map(Snapshot::commit).toList());
            cache.refs(name).forEach((revision, commit) -> {
                if (commits.contains(commit)) {
                    revisions.add(revision);
                }
            });
            cache.refs(name).values().forEach(commits::remove);
            revisions.addAll(commits);
        } catch (IOException _) {
            return revisions; // only advice is lost
        }
        return revisions;
    }
}
