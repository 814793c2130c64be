package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Puts files into the snapshot of a commit and says which commit a revision is, as Python's client does. */
final class SnapshotWriter {
    /** Tells backup programs that all of this can be had again; https://bford.info/cachedir/ */
    private static final String TAG = "CACHEDIR.TAG";

    private static final String SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n";

    private final HubCache cache;
    private final ModelName name;
    private final String commit;
    private final boolean symlinks;

    /** @param symlinks whether links may be made; else files are copied */
    SnapshotWriter(HubCache cache, ModelName name, String commit, boolean symlinks) {
        this.cache = cache;
        this.name = name;
        this.commit = commit;
        this.symlinks = symlinks;
    }

    /** Where a file of the repository appears. */
    Path pointer(String file) {
        return RemoteName.in(cache.snapshot(name, commit), file);
    }

    /** Makes the folders. */
    void begin() throws IOException {
        Files.createDirectories(cache.blobs(name));
        Files.createDirectories(cache.snapshot(name, commit));
        Path tag = cache.root().resolve(TAG);
        if (!Files.exists(tag)) {
            AtomicFiles.writeString(tag, SIGNATURE);
        }
    }

    /**
     * Makes a file of the repository appear in the snapshot, in place of what is there.
     *
     * @param fresh whether the blob was fetched just now; where there can be no links it then moves, else it is copied
     */
    void link(String file, Path blob, boolean fresh) throws IOException {
        Path pointer = pointer(file);
        Path folder = Objects.requireNonNull(pointer.getParent());
        Files.createDirectories(folder);
        Files.deleteIfExists(pointer); // a link to nothing, or to what is not whole
        if (symlinks) {
            try {
                Files.createSymbolicLink(pointer, folder.relativize(blob));
                return;
            } catch (UnsupportedOperationException | IOException e) {
                if (Files.exists(pointer)) {
                    return; // another process was faster
                }
                if (e instanceof NoSuchFileException missing) {
                    throw missing;
                }
                // Windows lets only some users make links
            }
        }
        if (fresh) {
            Files.move(blob, pointer, StandardCopyOption.ATOMIC_MOVE);
        } else {
            AtomicFiles.write(pointer, out -> Files.copy(blob, out));
        }
    }

    /** Says that the revision is this commit; done last, so that a revision never means a snapshot that is not whole. */
    void refer() throws IOException {
        String revision = name.revisionOrMain();
        if (revision.equals(commit)) {
            return;
        }
        Path ref = cache.ref(name, revision);
        if (!Files.isRegularFile(ref) || !Files.readString(ref).equals(commit)) {
            AtomicFiles.writeString(ref, commit);
        }
    }
}
