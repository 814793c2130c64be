package dev.vivarium.lab.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An endpoint on loopback that gives each prompt a score of its own, and can be told to misbehave. */
public final class FakeEndpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Answer> faults = new ConcurrentLinkedQueue<>();
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> served = new ConcurrentHashMap<>();

    /** How a request is answered instead. */
    @FunctionalInterface
    public interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    /** Decides by the number of a request, from 0, how it is answered; null as usual. */
    @FunctionalInterface
    public interface Faults {
        @Nullable
        Answer of(int request);
    }

    public FakeEndpoint() {
        this(request -> null);
    }

    public FakeEndpoint(Faults usual) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        AtomicInteger count = new AtomicInteger();
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", exchange -> {
            try (exchange) {
                JsonNode body = Json.mapper().readTree(exchange.getRequestBody().readAllBytes());
                int number = count.getAndIncrement();
                requests.add(body);
                keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                Answer fault = faults.isEmpty() ? usual.of(number) : faults.poll();
                if (fault == null) {
                    send(exchange, 200, reply(body));
                    served.computeIfAbsent(prompt(body), unused -> new AtomicInteger())
                            .incrementAndGet();
                } else {
                    fault.give(exchange);
                }
            }
        });
        server.start();
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** The next request is answered so; several queue up. */
    void once(Answer answer) {
        faults.add(answer);
    }

    /** A status with a body and headers in pairs. */
    public static Answer status(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            send(exchange, status, body);
        };
    }

    /** Breaks the connection in the middle of a reply. */
    public static Answer reset() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        };
    }

    List<JsonNode> requests() {
        return List.copyOf(requests);
    }

    /** What came in the header of keys. */
    List<String> keys() {
        return List.copyOf(keys);
    }

    /** How often each prompt got a reply. */
    public Map<String, AtomicInteger> served() {
        return served;
    }

    /** The score that a prompt gets. */
    static int score(String prompt) {
        return Integer.parseInt(Hashes.sha256(prompt).substring(0, 6), 16) % 96;
    }

    static String prompt(JsonNode body) {
        return body.path("messages").path(0).path("content").asText();
    }

    /** A reply as the interface has it; every seventeenth prompt gets a refusal, another no log-probabilities. */
    private static String reply(JsonNode body) {
        String prompt = prompt(body);
        int score = score(prompt);
        int kind = Integer.parseInt(Hashes.sha256(prompt).substring(6, 12), 16) % 17;
        List<Object> top = new ArrayList<>();
        top.add(token(kind == 0 ? "REF" : Integer.toString(score), 0.75));
        top.add(token(kind == 0 ? "CODE" : " " + (score + 4), 0.25));
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("message", Map.of("role", "assistant", "content", Integer.toString(score)));
        choice.put("finish_reason", "length");
        if (body.path("logprobs").asBoolean() && kind != 1) {
            choice.put(
                    "logprobs",
                    Map.of("content", List.of(Map.of("token", Integer.toString(score), "top_logprobs", top))));
        }
        return Json.line(Map.of(
                "model",
                "judge-2024-08-06",
                "choices",
                List.of(choice),
                "usage",
                Map.of("prompt_tokens", 100, "completion_tokens", 1)));
    }

    private static Map<String, Object> token(String token, double probability) {
        return Map.of("token", token, "logprob", Math.log(probability));
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
