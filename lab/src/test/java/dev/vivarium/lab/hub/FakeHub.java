package dev.vivarium.lab.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that answers as the public hub does, and a second one in the part of the store (CDN) that large
 * files are redirected to; both can be told to misbehave.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** Files from this size on lie in the store, named by SHA-256; smaller ones with the hub, named by git's SHA-1. */
    static final int LARGE = 1000;

    private final String repository;
    private final HttpServer hub = server();
    private final HttpServer store = server();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, byte[]> served = new LinkedHashMap<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String commit = COMMIT;
    private volatile boolean ranges = true;

    /** One request that came. */
    record Request(
            boolean toStore,
            String method,
            String path,
            @Nullable String range,
            @Nullable String token) {}

    /** How a request is answered instead. */
    @FunctionalInterface
    interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private record Fault(String method, String path, Answer answer) {}

    FakeHub(String repository) {
        this.repository = repository;
        for (HttpServer server : List.of(hub, store)) {
            server.setExecutor(threads);
            server.createContext("/", exchange -> serve(exchange, server == store));
            server.start();
        }
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeHub with(String name, byte[] contents) {
        files.put(name, contents);
        return this;
    }

    FakeHub with(String name, String contents) {
        return with(name, contents.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends other bytes than it says. */
    void serveInstead(String name, byte[] contents) {
        served.put(name, contents);
    }

    /** The next request of that method whose path ends so is answered otherwise; faults of one path queue up. */
    void once(String method, String path, Answer answer) {
        faults.add(new Fault(method, path, answer));
    }

    /** Answers with a status, no body and headers in pairs. */
    static Answer status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /**
     * Sends so many bytes of what was asked for, then breaks the connection once they are in the client's file: what is on its
     * way when a connection breaks may be lost, so how far a transfer came would be left to chance.
     *
     * @param kept the file that the client writes
     */
    Answer cut(String name, int bytes, Path kept) {
        return exchange -> {
            int from = from(exchange);
            byte[] contents = file(name);
            headersOf(exchange, from, contents);
            exchange.getResponseBody().write(contents, from, bytes);
            exchange.getResponseBody().flush();
            long patience = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (kept.toFile().length() < from + bytes && System.nanoTime() < patience) {
                Thread.yield();
            }
        };
    }

    /** Sends headers and then nothing. */
    Answer silence(String name) {
        return exchange -> {
            headersOf(exchange, from(exchange), file(name));
            exchange.getResponseBody().flush();
            try {
                closed.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
    }

    void ignoreRanges() {
        ranges = false;
    }

    /** Moves the branch main on. */
    void moveTo(String newCommit) {
        commit = newCommit;
    }

    String endpoint() {
        return address(hub);
    }

    String storeAddress() {
        return address(store);
    }

    private static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** What came to the store for the contents of a file. */
    List<Request> transfers(String name) {
        return requests.stream()
                .filter(request ->
                        request.method().equals("GET") && request.path().endsWith("/" + name))
                .filter(request -> request.toStore() || file(name).length < LARGE)
                .toList();
    }

    void forgetRequests() {
        requests.clear();
    }

    private byte[] file(String name) {
        return Objects.requireNonNull(files.get(name), name);
    }

    /** What the hub calls contents. */
    static String hash(byte[] contents) {
        if (contents.length >= LARGE) {
            return Hashes.sha256(contents);
        }
        var digest = new Contents("0".repeat(40), contents.length).newDigest();
        return java.util.HexFormat.of().formatHex(digest.digest(contents));
    }

    private void serve(HttpExchange exchange, boolean toStore) throws IOException {
        try (exchange) {
            String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
            requests.add(new Request(
                    toStore,
                    exchange.getRequestMethod(),
                    path,
                    exchange.getRequestHeaders().getFirst("Range"),
                    exchange.getRequestHeaders().getFirst("Authorization")));
            for (Fault fault : faults) {
                if (fault.method().equals(exchange.getRequestMethod()) && path.endsWith(fault.path())) {
                    faults.remove(fault);
                    fault.answer().give(exchange);
                    return;
                }
            }
            answer(exchange, path, toStore);
        }
    }

    private void answer(HttpExchange exchange, String path, boolean toStore) throws IOException {
        String resolve = "/" + repository + "/resolve/" + commit + "/";
        String api = "/api/models/" + repository + "/revision/";
        String cached = "/api/resolve-cache/" + commit + "/";
        if (toStore) {
            send(exchange, path.substring(path.indexOf('/', 1) + 1));
        } else if (path.startsWith(api)) {
            list(exchange, path.substring(api.length()));
        } else if (path.startsWith(resolve) && files.containsKey(path.substring(resolve.length()))) {
            redirect(exchange, path.substring(resolve.length()));
        } else if (path.startsWith(cached)) {
            String name = path.substring(cached.length());
            exchange.getResponseHeaders().set("ETag", "W/\"" + hash(file(name)) + "\"");
            send(exchange, name);
        } else {
            status(404, "X-Error-Code", path.startsWith(resolve) ? "EntryNotFound" : "RepoNotFound")
                    .give(exchange);
        }
    }

    private void list(HttpExchange exchange, String revision) throws IOException {
        if (!revision.equals("main") && !revision.equals("refs/pr/1") && !revision.equals(commit)) {
            status(404, "X-Error-Code", "RevisionNotFound").give(exchange);
            return;
        }
        List<Object> siblings = new ArrayList<>();
        files.forEach((name, contents) -> siblings.add(Map.of("rfilename", name, "size", contents.length)));
        byte[] json = Json.line(Map.of("id", repository, "sha", commit, "siblings", siblings))
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, json.length);
        exchange.getResponseBody().write(json);
    }

    /** Large files to the store with their hash beside the address, small ones to a path of the hub that caches them. */
    private void redirect(HttpExchange exchange, String name) throws IOException {
        byte[] contents = file(name);
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        if (contents.length >= LARGE) {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + hash(contents) + "\"");
            exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(contents.length));
            exchange.getResponseHeaders().set("Location", storeAddress() + "/signed/" + name + "?key=once");
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("Location", "/api/resolve-cache/" + commit + "/" + name);
            exchange.sendResponseHeaders(307, -1);
        }
    }

    private void send(HttpExchange exchange, String name) throws IOException {
        byte[] contents = served.containsKey(name) ? Objects.requireNonNull(served.get(name)) : file(name);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(contents.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        int from = from(exchange);
        if (from >= contents.length && from > 0) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        headersOf(exchange, from, contents);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(Arrays.copyOfRange(contents, from, contents.length));
        }
    }

    private int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null || !ranges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    }

    private static void headersOf(HttpExchange exchange, int from, byte[] contents) throws IOException {
        if (from > 0) {
            String range = "bytes " + from + "-" + (contents.length - 1) + "/" + contents.length;
            exchange.getResponseHeaders().set("Content-Range", range);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, contents.length == from ? -1 : contents.length - from);
    }

    @Override
    public void close() {
        closed.countDown();
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
