package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.net.RetryAfter;
import dev.vivarium.lab.net.TransientException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What it means when a hub does not give what was asked for.
 *
 * <p>The public hub answers 401 for what does not exist as well as for what is private, and says which in
 * {@code X-Error-Code}. Waiting times are in {@code Retry-After}, or in {@code RateLimit} (
 * https://huggingface.co/docs/hub/rate-limits).
 */
final class Refusals {
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);
    private static final Pattern RESET = Pattern.compile("\\bt=(\\d{1,6})\\b");
    private static final String TOKEN = "HF_TOKEN (or hf auth login)";

    private final URI endpoint;
    private final ModelName name;
    private final boolean withToken;
    private final InstantSource clock;

    /**
     * @param endpoint the hub
     * @param name what is asked for
     * @param withToken whether a token is shown to it
     * @param clock for hubs that name a time of day
     */
    Refusals(URI endpoint, ModelName name, boolean withToken, InstantSource clock) {
        this.endpoint = endpoint;
        this.name = name;
        this.withToken = withToken;
        this.clock = clock;
    }

    /**
     * The error to throw for a reply that is no success.
     *
     * @param file what was asked for; null for the listing
     * @throws InputException if it is the user who can do something about it
     */
    IOException of(Reply reply, @Nullable String file) {
        String asked = file == null ? name.toString() : name + ", file " + file;
        String host = String.valueOf(reply.uri().getHost());
        if (PASSING.contains(reply.status()) || reply.status() >= 500) {
            String what = host + (reply.status() == 429 ? " asks to slow down" : " is out of order") + " (HTTP "
                    + reply.status() + ")";
            return wished(reply)
                    .map(time -> new TransientException(what, time))
                    .orElseGet(() -> new TransientException(what));
        }
        if (!reply.fromHub()) { // an address with a signature that has run out; the hub gives a new one
            return new TransientException(host + " does not give " + asked + " (HTTP " + reply.status() + ")");
        }
        String code = reply.header("X-Error-Code").orElse("");
        String hub = endpoint.getHost();
        if (code.equals("GatedRepo") || (reply.status() == 403 && code.isEmpty())) {
            throw new InputException(name.repository() + " is gated: accept its licence on " + endpoint + "/"
                    + name.repository() + ", "
                    + (withToken
                            ? "with the account that the token belongs to, and see that the token may read gated models"
                            : "then set " + TOKEN)
                    + "; then run the same command again");
        }
        if (code.equals("RevisionNotFound")) {
            throw new InputException(name.repository() + " on " + hub + " has no revision \"" + name.revisionOrMain()
                    + "\"; see " + endpoint + "/" + name.repository() + "/tree/main for its branches and tags");
        }
        if (code.equals("EntryNotFound")) {
            return new HubException(
                    asked + ": " + hub + " lists it and does not have it", "run the same command again");
        }
        if (reply.status() == 401 || reply.status() == 404) {
            throw new InputException("there is no model " + name.repository() + " on " + hub + ", or it is private"
                    + (withToken ? " and the token may not read it, or the token is not valid" : "")
                    + "; check the name" + (withToken ? " and the token" : ", or set " + TOKEN + " if it is private"));
        }
        return new HubException(
                hub + ": the request for " + asked + " is refused (HTTP " + reply.status()
                        + reply.header("X-Error-Message")
                                .map(text -> ", \"" + shortened(text) + "\"")
                                .orElse("") + ")",
                "check HF_ENDPOINT, the proxy and the token");
    }

    private Optional<Duration> wished(Reply reply) {
        Optional<Duration> after = RetryAfter.of(reply.headers(), clock);
        if (after.isPresent()) {
            return after;
        }
        Matcher reset = RESET.matcher(reply.header("RateLimit").orElse(""));
        return reply.status() == 429 && reset.find()
                ? Optional.of(Duration.ofSeconds(Long.parseLong(reset.group(1))))
                : Optional.empty();
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
