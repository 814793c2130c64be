package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.lab.net.TransientException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings one file of a hub into the cache: goes on with what an earlier try left in {@code HASH.incomplete}, checks size
 * and hash, and only then gives it its name.
 */
final class BlobTransfer {
    static final String INCOMPLETE = ".incomplete";

    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final HubApi api;
    private final String commit;
    private final ListedFile file;
    private final Contents contents;
    private final Path blob;
    private final Path partial;
    private final LongConsumer arrived;

    private MessageDigest digest;
    private long done;
    private long received;

    /**
     * @param commit the commit that the file is taken from
     * @param file the file
     * @param contents what it must hold
     * @param blob where it goes
     * @param arrived is told after each piece how many bytes of this file are here
     */
    BlobTransfer(HubApi api, String commit, ListedFile file, Contents contents, Path blob, LongConsumer arrived) {
        this.api = api;
        this.commit = commit;
        this.file = file;
        this.contents = contents;
        this.blob = blob;
        this.partial = partial(blob);
        this.arrived = arrived;
        this.digest = contents.newDigest();
    }

    /** Where the bytes of a blob gather that is not whole yet. */
    static Path partial(Path blob) {
        return blob.resolveSibling(blob.getFileName() + INCOMPLETE);
    }

    /** Bytes that came over the network. */
    long received() {
        return received;
    }

    /**
     * Fetches what is missing.
     *
     * @throws HubException if it cannot be fetched, or is not what the hub says it is; what arrived is kept for the next
     *     time unless it is wrong
     */
    void run(Tries tries) throws IOException, InterruptedException {
        boolean wrong = false;
        while (true) {
            try (FileChannel out = FileChannel.open(
                    partial, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                readWhatIsHere(out);
                fetch(out, tries);
                out.force(true);
            }
            if (contents.match(digest)) {
                Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            Files.delete(partial);
            if (wrong) {
                throw new HubException(
                        file.name() + ": arrived twice with another hash than " + api.where()
                                + " names, so it was deleted",
                        "check the proxy, then run the same command again");
            }
            wrong = true; // what an earlier process left may have been wrong; from the start it cannot be
        }
    }

    private void readWhatIsHere(FileChannel out) throws IOException {
        restart();
        if (out.size() > contents.size()) {
            out.truncate(0);
        }
        ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
        while (out.read(buffer, done) > 0) {
            buffer.flip();
            done += buffer.remaining();
            digest.update(buffer);
            buffer.clear();
        }
        arrived.accept(done);
    }

    private void restart() {
        digest = contents.newDigest();
        done = 0;
    }

    private void fetch(FileChannel out, Tries tries) throws IOException, InterruptedException {
        tries.progressed();
        while (done < contents.size()) {
            long before = done;
            try (Reply reply = api.open(commit, file, done)) {
                receive(reply, out);
            } catch (TransientException e) {
                if (done > before) {
                    tries.progressed();
                }
                tries.failed(e);
            }
        }
    }

    private void receive(Reply reply, FileChannel out) throws IOException, InterruptedException {
        if (reply.status() == 416 || (reply.status() == 200 && done > 0)) {
            out.truncate(0); // the server cannot start in the middle
            restart();
            arrived.accept(0);
            if (reply.status() == 416) {
                throw new TransientException(file.name() + ": the server has nothing at that position");
            }
        } else if (reply.status() == 206) {
            checkRange(reply);
        }
        for (List<ByteBuffer> piece = reply.body().next();
                piece != null;
                piece = reply.body().next()) {
            for (ByteBuffer buffer : piece) {
                write(buffer, out);
            }
            arrived.accept(done);
        }
        if (done < contents.size()) {
            throw new TransientException(file.name() + ": the transfer ended too early");
        }
    }

    private void checkRange(Reply reply) throws HubException {
        String header = reply.header("Content-Range").orElse("");
        Matcher range = RANGE.matcher(header);
        boolean fits = range.matches()
                && Long.parseLong(range.group(1)) == done
                && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == contents.size());
        if (!fits) {
            throw new HubException(
                    file.name() + ": asked for bytes from " + done + " on, the server sends \"" + header + "\"",
                    "check the proxy, then run the same command again");
        }
    }

    private void write(ByteBuffer buffer, FileChannel out) throws IOException {
        if (done + buffer.remaining() > contents.size()) {
            out.truncate(0);
            throw new HubException(
                    file.name() + ": the server sends more than the " + contents.size()
                            + " bytes that it is said to have",
                    "check the proxy, then run the same command again");
        }
        if (out.size() != done) {
            throw new HubException(
                    partial + ": another program writes to this file",
                    "wait for it, or end it, then run the same command again");
        }
        digest.update(buffer.duplicate());
        received += buffer.remaining();
        try {
            while (buffer.hasRemaining()) {
                done += out.write(buffer, done);
            }
        } catch (IOException e) {
            throw AtomicFiles.named(partial, e);
        }
    }
}
