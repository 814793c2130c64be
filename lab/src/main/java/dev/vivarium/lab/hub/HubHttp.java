package dev.vivarium.lab.hub;

import dev.vivarium.lab.net.Token;
import dev.vivarium.lab.net.TransientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a hub and to where it redirects.
 *
 * <p>The token goes to the origin of the hub (scheme, host and port) and to nobody else, however a redirect is spelt. A
 * redirect from https to http is refused.
 */
final class HubHttp implements AutoCloseable {
    private static final int MAX_REDIRECTS = 8;

    private final HttpClient client;
    private final URI endpoint;
    private final @Nullable Token token;
    private final Duration timeout;
    private final String agent;

    /**
     * @param endpoint the hub
     * @param token to show to the hub, if any
     * @param timeout how long to wait for a connection, for headers, and for the next bytes of a body
     * @param proxies the way to the network
     * @param agent what this program calls itself
     */
    HubHttp(URI endpoint, Optional<Token> token, Duration timeout, ProxySelector proxies, String agent) {
        this.endpoint = endpoint;
        this.token = token.orElse(null);
        this.timeout = timeout;
        this.agent = agent;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .proxy(proxies)
                .build();
    }

    URI endpoint() {
        return endpoint;
    }

    boolean hasToken() {
        return token != null;
    }

    /** Decides after each reply whether its redirect is followed. */
    @FunctionalInterface
    interface Looker {
        boolean satisfied(Reply reply);
    }

    /** Asks, following redirects. */
    Reply get(URI uri, long from) throws IOException, InterruptedException {
        return follow("GET", uri, from, reply -> false);
    }

    /** Asks for headers, following redirects until one reply is enough. */
    Reply head(URI uri, Looker looker) throws IOException, InterruptedException {
        return follow("HEAD", uri, 0, looker);
    }

    private Reply follow(String method, URI start, long from, Looker looker) throws IOException, InterruptedException {
        URI uri = start;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            Reply reply = once(method, uri, from);
            if (looker.satisfied(reply) || !reply.isRedirect()) {
                return reply;
            }
            reply.close();
            uri = target(reply);
        }
        throw new HubException(
                endpoint.getHost() + ": more than " + MAX_REDIRECTS + " redirects",
                "check HF_ENDPOINT, then run the same command again");
    }

    private static URI target(Reply reply) throws HubException {
        String location = reply.header("Location").orElse("");
        try {
            URI target = reply.uri().resolve(location);
            boolean downgrade = "https".equals(reply.uri().getScheme()) && !"https".equals(target.getScheme());
            boolean web = "https".equals(target.getScheme()) || "http".equals(target.getScheme());
            if (web && !downgrade && target.getHost() != null) {
                return target;
            }
        } catch (IllegalArgumentException _) {
            // the sentence below says all there is to say
        }
        throw new HubException(
                reply.uri().getHost() + ": redirects to an address that is not followed (not https, or malformed)",
                "check HF_ENDPOINT and the proxy");
    }

    private Reply once(String method, URI uri, long from) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(timeout)
                .header("User-Agent", agent)
                .header("Accept-Encoding", "identity"); // sizes and ranges are those of the file itself
        if (token != null && isHub(uri)) {
            request.header("Authorization", token.header());
        }
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        try {
            HttpResponse<Body> response = client.send(request.build(), _ -> new Body(timeout));
            return new Reply(uri, isHub(uri), response.statusCode(), response.headers(), response.body());
        } catch (SSLException e) {
            throw new HubException(
                    uri.getHost() + ": no secure connection (" + e.getMessage() + ")",
                    "check the clock of this machine and the proxy",
                    e);
        } catch (IOException e) {
            throw new TransientException(uri.getHost() + ": " + trouble(e), e);
        }
    }

    /** Whether an address is the hub's own. */
    private boolean isHub(URI uri) {
        return endpoint.getScheme().equals(uri.getScheme())
                && endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && port(endpoint) == port(uri);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private String trouble(IOException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof UnresolvedAddressException) {
                return "there is no such host, or no network";
            }
        }
        return switch (e) {
            case HttpConnectTimeoutException _ -> "no connection within " + timeout.toSeconds() + " s";
            case HttpTimeoutException _ -> "no answer within " + timeout.toSeconds() + " s";
            case ConnectException _ -> "the connection is refused";
            default -> "the connection broke off";
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
