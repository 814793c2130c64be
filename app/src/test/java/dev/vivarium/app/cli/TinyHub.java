package dev.vivarium.app.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** A hub on loopback with one model, the files of a directory; every file is named by its SHA-256. */
final class TinyHub implements AutoCloseable {
    static final String NAME = "Org/Tiny-1";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private final HttpServer server;
    private final Path model;
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile int stallAt = -1;
    private volatile boolean broken;

    TinyHub(Path model) throws IOException {
        this.model = model;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    /** What points a process to this hub, with a cache in the folder. */
    Map<String, String> variables(Path folder) {
        return Map.of(
                "HF_ENDPOINT",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "HF_HOME",
                folder.resolve("hf").toString(),
                "HF_HUB_DOWNLOAD_TIMEOUT",
                "60");
    }

    /** Sends so many bytes of the weights, then nothing more; a negative number ends that. */
    void stallAt(int bytes) {
        stallAt = bytes;
    }

    /** Leaves out from now on what a hub says about its files. */
    void breakHeaders() {
        broken = true;
    }

    /** The ranges that were asked of the weights, empty text for all of them. */
    List<String> ranges() {
        return List.copyOf(ranges);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/api/models/" + NAME + "/revision/main")) {
                send(exchange, Json.line(listing()).getBytes());
            } else if (path.startsWith("/" + NAME + "/resolve/" + COMMIT + "/")) {
                file(exchange, model.resolve(path.substring(path.lastIndexOf('/') + 1)));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private Map<String, Object> listing() throws IOException {
        List<Object> siblings = new ArrayList<>();
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.sorted().toList()) {
                siblings.add(Map.of("rfilename", file.getFileName().toString(), "size", Files.size(file)));
            }
        }
        return Map.of("sha", COMMIT, "siblings", siblings);
    }

    private void file(HttpExchange exchange, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (!broken) {
            exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        }
        exchange.getResponseHeaders().set("ETag", "\"" + Hashes.sha256(bytes) + "\"");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        boolean weights = file.endsWith("model.safetensors");
        if (weights) {
            ranges.add(range == null ? "" : range);
        }
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
        int end = weights && stallAt >= 0 ? stallAt : bytes.length;
        exchange.getResponseBody().write(bytes, from, end - from);
        exchange.getResponseBody().flush();
        if (end < bytes.length) {
            await();
        }
    }

    private void await() {
        try {
            closed.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
