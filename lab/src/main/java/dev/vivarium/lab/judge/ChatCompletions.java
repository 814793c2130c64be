package dev.vivarium.lab.judge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.lab.judge.JudgeReply.Position;
import dev.vivarium.lab.judge.JudgeReply.TokenProbability;
import dev.vivarium.lab.net.RetryAfter;
import dev.vivarium.lab.net.Token;
import dev.vivarium.lab.net.TransientException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * One request to {@code /chat/completions} and what its reply means
 * (https://platform.openai.com/docs/api-reference/chat/create). The key goes into one header and nowhere else; what a server
 * says is shown with anything like a key hidden.
 */
final class ChatCompletions implements AutoCloseable {
    static final String FILTERED = "content filter";

    private static final int MOST_BYTES = 4 << 20;
    private static final int SHOWN = 200;
    private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429);
    private static final Set<String> OUT_OF_CREDIT = Set.of("insufficient_quota", "billing_hard_limit_reached");

    private final Endpoint endpoint;
    private final Aggregation aggregation;
    private final InstantSource clock;
    private final HttpClient client;

    /** Something about this one request that trying again does not mend. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String reason) {
            super(reason);
        }
    }

    ChatCompletions(Endpoint endpoint, Aggregation aggregation, InstantSource clock) {
        this.endpoint = endpoint;
        this.aggregation = aggregation;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(endpoint.timeout())
                .proxy(endpoint.proxies())
                .build();
    }

    /**
     * Asks once.
     *
     * @param tries how many requests this task has taken, this one included
     * @throws TransientException if it may go better the next time
     * @throws Refused if it will not, for this prompt
     * @throws InputException if it will not, for any prompt
     */
    JudgeReply ask(JudgingTask task, int tries) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.completions())
                .header("Content-Type", "application/json")
                .header("User-Agent", endpoint.agent())
                .POST(HttpRequest.BodyPublishers.ofString(Json.line(body(task)), StandardCharsets.UTF_8));
        endpoint.key().ifPresent(key -> request.header("Authorization", key.header()));
        HttpResponse<byte[]> response = send(request.build());
        if (response.statusCode() != 200) {
            throw refusal(response);
        }
        try {
            return reply(task, tries, Json.mapper().readTree(response.body()));
        } catch (IOException e) {
            throw new TransientException(endpoint.provider().host() + ": sends what is no JSON", e);
        }
    }

    private Map<String, Object> body(JudgingTask task) {
        boolean samples = aggregation.kind() == Aggregation.Kind.SAMPLES;
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", endpoint.model());
        body.put("messages", List.of(Map.of("role", "user", "content", task.prompt())));
        body.put("max_tokens", aggregation.tokens());
        body.put("temperature", samples ? 1 : 0);
        body.put("seed", task.sample());
        if (!samples) {
            body.put("logprobs", true);
            body.put("top_logprobs", aggregation.top());
        }
        return body;
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        String host = endpoint.provider().host();
        CompletableFuture<HttpResponse<byte[]>> future = client.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            return future.get(endpoint.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new TransientException(
                    host + ": no whole reply within " + endpoint.timeout().toSeconds() + " s", e);
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SSLException secure) {
                throw new InputException(
                        host + ": no secure connection (" + Printable.name(String.valueOf(secure.getMessage()))
                                + "); check the address, the clock of this machine and the proxy",
                        e);
            }
            if (e.getCause() instanceof IOException) {
                throw new TransientException(host + ": the connection is refused or broke off", e);
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private IOException refusal(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String host = endpoint.provider().host();
        JsonNode error = error(response.body());
        String code = error.path("code").asText(error.path("type").asText(""));
        String said = said(error, response.body());
        if (OUT_OF_CREDIT.contains(code)) {
            throw new InputException(host + ": the account has no credit left" + said + "; add some, then run the same"
                    + " command with --resume");
        }
        if (PASSING.contains(status) || status >= 500) {
            String what = host + (status == 429 ? " asks to slow down" : " is out of order") + " (HTTP " + status + ")";
            return RetryAfter.of(response.headers(), clock)
                    .map(wished -> new TransientException(what, wished))
                    .orElseGet(() -> new TransientException(what));
        }
        if (status == 401 || status == 403) {
            String variable = endpoint.provider().keyVariable();
            throw new InputException(
                    host + ": " + (endpoint.key().isPresent() ? "does not accept the key" : "wants a key")
                            + " (HTTP " + status + ")" + said + "; check "
                            + (variable == null ? "key_variable of the provider" : "the variable " + variable));
        }
        if (status == 404) {
            throw new InputException(host + ": has no model \"" + Printable.name(endpoint.model())
                    + "\" at this address (HTTP 404)" + said + "; check --model and the address of the provider");
        }
        if (status < 400) {
            throw new InputException(
                    host + ": sends one elsewhere (HTTP " + status + "), which is not followed; check its address");
        }
        return new Refused((code.equals("content_filter") ? FILTERED : "refused") + " (HTTP " + status + ")" + said);
    }

    private static JsonNode error(byte[] body) {
        try {
            return Json.mapper().readTree(body).path("error");
        } catch (IOException _) {
            return Json.mapper().createObjectNode();
        }
    }

    private String said(JsonNode error, byte[] body) {
        String text = error.path("message").asText("");
        if (text.isBlank() && error.isTextual()) {
            text = error.asText();
        }
        if (text.isBlank()) {
            return body.length == 0 ? "" : " without a reason that can be read";
        }
        String safe = Token.redact(text.replaceAll("\\s+", " ").strip(), endpoint.key())
                .replaceAll("\\p{C}", "?");
        return ", \"" + (safe.length() <= SHOWN ? safe : safe.substring(0, SHOWN) + "…") + "\"";
    }

    private JudgeReply reply(JudgingTask task, int tries, JsonNode body) throws TransientException {
        JsonNode choice = body.path("choices").path(0);
        JsonNode content = choice.path("message").path("content");
        if (!choice.isObject() || !(content.isTextual() || content.isNull())) {
            throw new TransientException(endpoint.provider().host() + ": sends a reply without a choice");
        }
        JsonNode fingerprint = body.path("system_fingerprint");
        return new JudgeReply(
                task.request(),
                task.metric(),
                task.sample(),
                aggregation.kind() == Aggregation.Kind.SAMPLES ? List.of() : positions(choice),
                redacted(content.asText("")),
                redacted(choice.path("finish_reason").asText("")),
                redacted(body.path("model").asText(endpoint.model())),
                fingerprint.isTextual() ? redacted(fingerprint.asText()) : null,
                Math.max(0, body.path("usage").path("prompt_tokens").asInt(0)),
                Math.max(0, body.path("usage").path("completion_tokens").asInt(0)),
                tries);
    }

    private String redacted(String text) {
        return Token.redact(text.length() <= SHOWN ? text : text.substring(0, SHOWN), endpoint.key());
    }

    /** What is no list of tokens with logarithms is left out, so that the aggregation finds none or a NaN there. */
    private List<Position> positions(JsonNode choice) {
        List<Position> positions = new ArrayList<>();
        for (JsonNode position : choice.path("logprobs").path("content")) {
            if (positions.size() == aggregation.tokens()) {
                break;
            }
            List<TokenProbability> top = new ArrayList<>();
            for (JsonNode one : position.path("top_logprobs")) {
                JsonNode logprob = one.path("logprob");
                top.add(new TokenProbability(
                        redacted(one.path("token").asText("")), logprob.isNumber() ? logprob.asDouble() : Double.NaN));
            }
            positions.add(new Position(redacted(position.path("token").asText("")), top));
        }
        return positions;
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
