package dev.vivarium.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint on loopback that is slow and fails every seventh request in one of five ways: 429, 500, a broken connection, a body
 * that is no JSON, 503. What it replies, refusals and missing log-probabilities included, follows from the prompt.
 */
final class FaultyEndpoint implements AutoCloseable {
    private static final int EVERY = 7;
    private static final int SLOW_MILLIS = 8;

    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger paid = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();

    FaultyEndpoint() throws IOException {
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Replies that were sent whole. */
    int paid() {
        return paid.get();
    }

    int faults() {
        return faults.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = Json.mapper().readTree(exchange.getRequestBody().readAllBytes());
            int number = requests.getAndIncrement();
            CompletableFuture.runAsync(
                            () -> {}, CompletableFuture.delayedExecutor(SLOW_MILLIS, TimeUnit.MILLISECONDS, threads))
                    .join();
            if (number % EVERY == EVERY - 1) {
                faults.incrementAndGet();
                fail(exchange, number / EVERY % 5);
            } else {
                send(
                        exchange,
                        200,
                        reply(body.path("messages").path(0).path("content").asText()));
                paid.incrementAndGet();
            }
        }
    }

    private static void fail(HttpExchange exchange, int kind) throws IOException {
        switch (kind) {
            case 0 -> {
                exchange.getResponseHeaders().set("retry-after-ms", "30");
                send(exchange, 429, "{\"error\": {\"message\": \"slow down\"}}");
            }
            case 1 -> send(exchange, 500, "{\"error\": \"boom\"}");
            case 2 -> {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
            }
            case 3 -> send(exchange, 200, "{\"choices\": [{\"mess");
            default -> send(exchange, 503, "<html>busy</html>");
        }
    }

    private static int hash(String prompt) {
        return Integer.parseInt(Hashes.sha256(prompt).substring(0, 6), 16);
    }

    private static boolean refuses(String prompt) {
        return hash(prompt) % 31 == 0;
    }

    private static boolean hidesProbabilities(String prompt) {
        return hash(prompt) % 37 == 0;
    }

    /** The number that a prompt gets, null where it gets none. */
    static @Nullable String score(String prompt) {
        return refuses(prompt) || hidesProbabilities(prompt) ? null : Integer.toString(hash(prompt) % 101);
    }

    private static String reply(String prompt) {
        String word = refuses(prompt) ? "REFUSAL" : Integer.toString(hash(prompt) % 101);
        List<Object> top = new ArrayList<>();
        top.add(Map.of("token", word, "logprob", Math.log(0.9)));
        top.add(Map.of("token", "CODE", "logprob", Math.log(0.05)));
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("message", Map.of("role", "assistant", "content", word));
        choice.put("finish_reason", "length");
        if (!hidesProbabilities(prompt)) {
            choice.put("logprobs", Map.of("content", List.of(Map.of("token", word, "top_logprobs", top))));
        }
        return Json.line(Map.of(
                "model",
                "judge",
                "choices",
                List.of(choice),
                "usage",
                Map.of("prompt_tokens", 9, "completion_tokens", 1)));
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
