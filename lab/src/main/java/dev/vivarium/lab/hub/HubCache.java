package dev.vivarium.lab.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The Hugging Face cache: where each thing of a repository lies.
 *
 * <p>{@code models--ORG--NAME} holds {@code blobs} (contents, named by their hash), {@code snapshots/COMMIT} (links to
 * them under their own names) and {@code refs} (files that say which commit a branch or tag is). Source:
 * https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 *
 * @param root the cache; need not exist
 */
public record HubCache(Path root) {
    public HubCache {
        root = root.toAbsolutePath();
    }

    Path repository(ModelName name) {
        return root.resolve(name.folder());
    }

    Path blobs(ModelName name) {
        return repository(name).resolve("blobs");
    }

    Path snapshot(ModelName name, String commit) {
        return repository(name).resolve("snapshots").resolve(commit);
    }

    Path ref(ModelName name, String revision) {
        return repository(name).resolve("refs").resolve(revision);
    }

    /** The file that a process locks while it fetches a blob; the same as in Python. */
    Path lock(ModelName name, String blob) {
        return root.resolve(".locks").resolve(name.folder()).resolve(blob + ".lock");
    }

    /**
     * Whether a file that is there really lies in the cache, where its links lead: below the root, or in the
     * repository's folder, which its owner may have put on another disk.
     */
    boolean isInside(ModelName name, Path file) throws IOException {
        Path real = file.toRealPath();
        return real.startsWith(root.toRealPath())
                || real.startsWith(repository(name).toRealPath());
    }

    /** Whether a file is there, inside the cache, with a size; any size will do if {@code size} is negative. */
    boolean holds(ModelName name, Path file, long size) throws IOException {
        return Files.isRegularFile(file) && (size < 0 || Files.size(file) == size) && isInside(name, file);
    }

    /** The snapshot that a name means today, complete or not; without a revision that of {@value ModelName#MAIN}. */
    Optional<Snapshot> find(ModelName name) throws IOException {
        String revision = name.revisionOrMain();
        Optional<String> commit = ModelName.isCommit(revision) ? Optional.of(revision) : commitOf(ref(name, revision));
        return commit.filter(known -> Files.isDirectory(snapshot(name, known)))
                .map(known -> new Snapshot(this, name, known));
    }

    /** All repositories of models, in the order of their names. */
    List<ModelName> names() throws IOException {
        List<ModelName> names = new ArrayList<>();
        for (Path folder : directories(root)) {
            ModelName.ofFolder(folder.getFileName().toString()).ifPresent(names::add);
        }
        return names;
    }

    /** All snapshots of a repository. */
    List<Snapshot> snapshots(ModelName name) throws IOException {
        return directories(repository(name).resolve("snapshots")).stream()
                .map(folder -> folder.getFileName().toString())
                .filter(ModelName::isCommit)
                .map(commit -> new Snapshot(this, name, commit))
                .toList();
    }

    /** Branches and tags of a repository with the commits they are at. */
    Map<String, String> refs(ModelName name) throws IOException {
        Path refs = repository(name).resolve("refs");
        Map<String, String> commits = new TreeMap<>();
        if (Files.isDirectory(refs)) {
            try (Stream<Path> files = Files.walk(refs)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String revision = refs.relativize(file).toString().replace('\\', '/');
                    if (ModelName.isRevision(revision)) {
                        commitOf(file).ifPresent(commit -> commits.put(revision, commit));
                    }
                }
            }
        }
        return commits;
    }

    private static Optional<String> commitOf(Path ref) throws IOException {
        if (!Files.isRegularFile(ref) || Files.size(ref) > 100) {
            return Optional.empty();
        }
        return Optional.of(Files.readString(ref, StandardCharsets.ISO_8859_1).strip())
                .filter(ModelName::isCommit);
    }

    private static List<Path> directories(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }
}
