package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.net.Token;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a model from a hub into the Hugging Face cache, where Python finds it too.
 *
 * <p>What is in the cache already, whoever put it there, is not fetched again. A transfer that broke, or that was killed,
 * goes on where it stopped. Nothing gets its final name before its size and hash were checked.
 */
public final class Pull {
    private final HubEnvironment environment;
    private final HubCache cache;
    private final Waiting waiting;
    private final String version;
    private final Progress progress;

    /**
     * @param environment says which hub, which cache, which token
     * @param waiting how to wait between tries
     * @param version of this program, which it tells the hub
     * @param progress is told bytes
     */
    public Pull(HubEnvironment environment, Waiting waiting, String version, Progress progress) {
        this.environment = environment;
        this.cache = new HubCache(environment.cache());
        this.waiting = waiting;
        this.version = version;
        this.progress = progress;
    }

    /**
     * Fetches.
     *
     * @param include patterns of the files that are wanted; if empty, what is needed to load the model
     * @throws InputException if there is no such model or revision, if it may not be read, or if it holds nothing that can
     *     be used
     * @throws HubException if the hub cannot be reached or sends something wrong, or the disk is too small
     */
    public PullResult run(ModelName name, List<String> include) throws IOException {
        Optional<Token> token = environment.token();
        String agent = "vivarium/" + version;
        try (HubHttp http =
                new HubHttp(environment.endpoint(), token, environment.timeout(), environment.proxies(), agent)) {
            Refusals refusals = new Refusals(http.endpoint(), name, token.isPresent(), waiting.clock());
            return new Work(name, new HubApi(http, name, refusals)).run(include);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("fetching " + name + " was interrupted");
            stopped.initCause(e);
            throw stopped;
        }
    }

    /**
     * What the cache holds of a model, without a network.
     *
     * @throws InputException if it does not hold all of it
     */
    public PullResult offline(ModelName name) throws IOException {
        Snapshot snapshot = cache.find(name)
                .orElseThrow(() -> new InputException(name + " is not in the Hugging Face cache (" + cache.root()
                        + "), and offline mode is on; leave out --offline and HF_HUB_OFFLINE to fetch it"));
        Optional<String> missing = snapshot.missing();
        if (missing.isPresent()) {
            throw new InputException(name + " is not whole in the Hugging Face cache, " + missing.get()
                    + " is missing, and offline mode is on; leave out --offline and HF_HUB_OFFLINE to fetch it");
        }
        List<PullResult.File> files = new ArrayList<>();
        snapshot.sizes().forEach((file, size) -> files.add(new PullResult.File(file, size, 0)));
        return result(snapshot, files, List.of(), 0);
    }

    private static PullResult result(
            Snapshot snapshot, List<PullResult.File> files, List<ListedFile> leftOut, int failedTries) {
        return new PullResult(
                snapshot.name().repository(),
                snapshot.name().revisionOrMain(),
                snapshot.commit(),
                snapshot.directory().toString(),
                snapshot.kind(),
                snapshot.base().map(ModelName::toString).orElse(null),
                files,
                leftOut.stream()
                        .map(file -> new PullResult.LeftOut(file.name(), file.size(), FileChoice.isPickle(file.name())))
                        .toList(),
                files.stream().mapToLong(PullResult.File::fetched).sum(),
                failedTries,
                snapshot.fault());
    }

    /**
     * A file that is wanted.
     *
     * @param file as the hub lists it
     * @param contents what it must hold; null if it is in the snapshot already
     */
    private record Item(ListedFile file, @Nullable Contents contents) {}

    /** One run against one hub. */
    private final class Work {
        private final ModelName name;
        private final HubApi api;
        private final Tries tries;
        private long done;

        Work(ModelName name, HubApi api) {
            this.name = name;
            this.api = api;
            this.tries = new Tries(waiting, remark -> progress.at(done, remark));
        }

        PullResult run(List<String> include) throws IOException, InterruptedException {
            progress.begin("look up " + api.where(), -1, "files");
            Listing listing = tries.call(api::listing);
            FileChoice choice = FileChoice.of(listing, include, api.where());
            SnapshotWriter writer = new SnapshotWriter(cache, name, listing.commit(), environment.symlinks());
            List<Item> items = plan(listing, choice, writer);
            long total = 0;
            long room = 0;
            for (Item item : items) {
                total += item.contents() == null ? 0 : item.contents().size();
                room += missing(item);
            }
            progress.end(items.size() + " files, " + Sizes.shown(room) + " to fetch");
            checkRoom(room);
            writer.begin();
            List<PullResult.File> files = room == 0
                    ? fetch(listing.commit(), items, writer)
                    : fetchWithBar(listing.commit(), items, writer, total);
            writer.refer();
            return result(new Snapshot(cache, name, listing.commit()), files, choice.leftOut(), tries.total());
        }

        /** Asks for the contents of what is not in the snapshot; small files first. */
        private List<Item> plan(Listing listing, FileChoice choice, SnapshotWriter writer)
                throws IOException, InterruptedException {
            List<Item> items = new ArrayList<>();
            for (ListedFile file : choice.wanted()) {
                if (cache.holds(name, writer.pointer(file.name()), file.size())) {
                    long size = Files.size(writer.pointer(file.name()));
                    items.add(new Item(new ListedFile(file.name(), size), null));
                } else {
                    Contents contents = tries.call(() -> api.contents(listing.commit(), file));
                    items.add(new Item(new ListedFile(file.name(), contents.size()), contents));
                }
                done = items.size();
                progress.at(done, "");
            }
            items.sort(Comparator.comparingLong(item -> item.file().size()));
            return items;
        }

        /** Bytes that have to be fetched for an item. */
        private long missing(Item item) throws IOException {
            Contents contents = item.contents();
            if (contents == null || cache.holds(name, blob(contents), contents.size())) {
                return 0;
            }
            Path partial = BlobTransfer.partial(blob(contents));
            long here = Files.isRegularFile(partial) ? Files.size(partial) : 0;
            return here > contents.size() ? contents.size() : contents.size() - here;
        }

        private Path blob(Contents contents) {
            return cache.blobs(name).resolve(contents.hash());
        }

        private void checkRoom(long needed) throws IOException {
            Path place = cache.root();
            while (!Files.exists(place) && place.getParent() != null) {
                place = place.getParent();
            }
            long free = Files.getFileStore(place).getUsableSpace();
            if (needed > free) {
                throw new HubException(
                        name + " needs " + Sizes.shown(needed) + " and the disk of " + cache.root() + " has "
                                + Sizes.shown(free) + " left",
                        "free some space, or set HF_HUB_CACHE to a folder on another disk");
            }
        }

        private List<PullResult.File> fetchWithBar(String commit, List<Item> items, SnapshotWriter writer, long total)
                throws IOException, InterruptedException {
            Instant start = waiting.clock().instant();
            progress.begin("fetch " + name, total, "bytes");
            List<PullResult.File> files = fetch(commit, items, writer);
            long fetched = files.stream().mapToLong(PullResult.File::fetched).sum();
            double seconds = Duration.between(start, waiting.clock().instant()).toMillis() / 1000.0;
            progress.end(
                    fetched == 0
                            ? "another process did it"
                            : String.format(Locale.ROOT, "%s in %.1f s", Sizes.shown(fetched), seconds));
            return files;
        }

        private List<PullResult.File> fetch(String commit, List<Item> items, SnapshotWriter writer)
                throws IOException, InterruptedException {
            done = 0;
            List<PullResult.File> files = new ArrayList<>();
            for (Item item : items) {
                long received = item.contents() == null ? 0 : fetch(commit, item.file(), item.contents(), writer);
                files.add(new PullResult.File(item.file().name(), item.file().size(), received));
            }
            files.sort(Comparator.comparing(PullResult.File::name));
            return files;
        }

        private long fetch(String commit, ListedFile file, Contents contents, SnapshotWriter writer)
                throws IOException, InterruptedException {
            Path blob = blob(contents);
            long before = done;
            Runnable busy = () -> progress.at(before, "another process fetches " + file.name());
            try (BlobLock _ = BlobLock.take(cache.lock(name, contents.hash()), waiting, busy)) {
                boolean fresh = !cache.holds(name, blob, contents.size());
                BlobTransfer transfer = new BlobTransfer(api, commit, file, contents, blob, bytes -> {
                    done = before + bytes;
                    progress.at(done, file.name());
                });
                if (fresh) {
                    transfer.run(tries);
                }
                writer.link(file.name(), blob, fresh);
                done = before + contents.size();
                return transfer.received();
            }
        }
    }
}
