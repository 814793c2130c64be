package dev.vivarium.lab.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The three requests that fetching a model takes: what there is, what each file holds, the file.
 *
 * <p>Source: https://huggingface.co/docs/hub/api and the answers of the public hub, whose headers {@code X-Repo-Commit},
 * {@code X-Linked-Etag} and {@code X-Linked-Size} say what a redirect to a store stands for.
 */
final class HubApi {
    private static final String COMMIT = "X-Repo-Commit";
    private static final String LINKED_HASH = "X-Linked-Etag";
    private static final String LINKED_SIZE = "X-Linked-Size";
    private static final String ADVICE = "check HF_ENDPOINT and the proxy, then run the same command again";

    /** A listing of a hundred thousand files is about this long. */
    private static final int LONGEST_LISTING = 32 << 20;

    private final HubHttp http;
    private final ModelName name;
    private final Refusals refusals;

    HubApi(HubHttp http, ModelName name, Refusals refusals) {
        this.http = http;
        this.name = name;
        this.refusals = refusals;
    }

    /** The hub and the model, for messages. */
    String where() {
        return name + " on " + http.endpoint().getHost();
    }

    /** What the repository holds at the revision of the name. */
    Listing listing() throws IOException, InterruptedException {
        URI uri =
                uri("/api/models/" + name.repository() + "/revision/" + encoded(name.revisionOrMain()) + "?blobs=true");
        try (Reply reply = http.get(uri, 0)) {
            if (reply.status() != 200) {
                throw refusals.of(reply, null);
            }
            return Listing.read(json(reply), where());
        }
    }

    private JsonNode json(Reply reply) throws IOException, InterruptedException {
        try {
            return Json.parse(reply.bytes(LONGEST_LISTING), where());
        } catch (InputException e) {
            throw new HubException(where() + ": the answer is not that of a hub, it is no JSON", ADVICE, e);
        }
    }

    /** Size and hash of a file at a commit, without its bytes. */
    Contents contents(String commit, ListedFile file) throws IOException, InterruptedException {
        AtomicReference<@Nullable String> served = new AtomicReference<>();
        HubHttp.Looker looker = reply -> {
            reply.header(COMMIT).ifPresent(header -> served.compareAndSet(null, header));
            return reply.header(LINKED_HASH).isPresent();
        };
        try (Reply reply = http.head(file(commit, file.name()), looker)) {
            boolean linked = reply.header(LINKED_HASH).isPresent();
            if (!linked && reply.status() != 200) {
                throw refusals.of(reply, file.name());
            }
            if (!commit.equals(served.get())) {
                throw new HubException(
                        where() + ": does not answer like a hub, " + COMMIT + " of " + file.name() + " is "
                                + (served.get() == null ? "missing" : served.get()),
                        ADVICE);
            }
            String hash = plain(reply.header(linked ? LINKED_HASH : "ETag").orElse(""));
            long size = size(reply, file, linked);
            if (!Contents.isHash(hash)) {
                throw new HubException(
                        where() + ": gives no hash for " + file.name() + ", so it could not be checked", ADVICE);
            }
            return new Contents(hash, size);
        }
    }

    private long size(Reply reply, ListedFile file, boolean linked) throws HubException {
        Optional<String> header = reply.header(LINKED_SIZE)
                .or(() -> linked && reply.isRedirect() ? Optional.empty() : reply.header("Content-Length"));
        long size = header.filter(text -> text.matches("\\d{1,15}"))
                .map(Long::parseLong)
                .orElse(file.size());
        if (size < 0) {
            throw new HubException(where() + ": does not say how large " + file.name() + " is", ADVICE);
        }
        if (file.size() >= 0 && file.size() != size) {
            throw new HubException(
                    where() + ": lists " + file.name() + " with " + file.size() + " bytes and offers " + size, ADVICE);
        }
        return size;
    }

    /**
     * The bytes of a file from a position on. The status is 206, or 200 where the server sends all of it, or 416 where
     * there is nothing at that position.
     */
    Reply open(String commit, ListedFile file, long from) throws IOException, InterruptedException {
        Reply reply = http.get(file(commit, file.name()), from);
        if (reply.status() == 200 || reply.status() == 206 || reply.status() == 416) {
            return reply;
        }
        try (reply) {
            throw refusals.of(reply, file.name());
        }
    }

    private URI file(String commit, String path) {
        String encoded = Stream.of(path.split("/", -1)).map(HubApi::encoded).collect(Collectors.joining("/"));
        return uri("/" + name.repository() + "/resolve/" + commit + "/" + encoded);
    }

    private URI uri(String path) {
        return URI.create(http.endpoint() + path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** An entity tag without its quotes and the mark of a weak one. */
    private static String plain(String tag) {
        return tag.strip().replaceFirst("^W/", "").replace("\"", "");
    }
}
