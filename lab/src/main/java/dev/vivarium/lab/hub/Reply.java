package dev.vivarium.lab.hub;

import dev.vivarium.lab.net.TransientException;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An answer over HTTP.
 *
 * @param uri what was asked for
 * @param fromHub whether that is the hub itself, and not where it redirects to
 * @param status the status code
 * @param headers the headers
 * @param body to be closed
 */
record Reply(URI uri, boolean fromHub, int status, HttpHeaders headers, Body body) implements AutoCloseable {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    boolean isRedirect() {
        return REDIRECTS.contains(status) && header("Location").isPresent();
    }

    /** All of the body, which may not be longer than {@code limit} bytes. */
    byte[] bytes(int limit) throws HubException, TransientException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (List<ByteBuffer> piece = body.next(); piece != null; piece = body.next()) {
            for (ByteBuffer buffer : piece) {
                byte[] part = new byte[buffer.remaining()];
                buffer.get(part);
                all.writeBytes(part);
            }
            if (all.size() > limit) {
                throw new HubException(
                        uri.getHost() + ": the answer is longer than " + limit + " bytes",
                        "check HF_ENDPOINT; this does not look like a hub");
            }
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        body.close();
    }
}
