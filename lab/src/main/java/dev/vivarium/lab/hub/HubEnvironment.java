package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.net.ProxyVariables;
import dev.vivarium.lab.net.Token;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the variables of the Hugging Face tools say, read as {@code huggingface_hub} reads them.
 *
 * <p>An empty variable counts as none. Each is checked when it is asked for, so that a wrong one disturbs only what needs
 * it. Source: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
public final class HubEnvironment {
    private static final String ENDPOINT = "HF_ENDPOINT";
    private static final String TIMEOUT = "HF_HUB_DOWNLOAD_TIMEOUT";
    private static final URI PUBLIC_HUB = URI.create("https://huggingface.co");
    private static final long DEFAULT_SECONDS = 10;
    private static final long MAX_SECONDS = 86_400;
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)\\}|(\\w+))");

    private final Map<String, String> variables;

    public HubEnvironment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /** Where models are kept: {@code HF_HUB_CACHE}, its old name, or {@code hub} below the home of these tools. */
    public Path cache() {
        for (String name : List.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")) {
            if (isSet(name)) {
                return path(get(name));
            }
        }
        return home().resolve("hub");
    }

    /** {@code HF_HOME}, else {@code huggingface} in the user's cache. */
    private Path home() {
        if (isSet("HF_HOME")) {
            return path(get("HF_HOME"));
        }
        return path(isSet("XDG_CACHE_HOME") ? get("XDG_CACHE_HOME") : "~/.cache")
                .resolve("huggingface");
    }

    /** The hub, without a slash at its end: {@code HF_ENDPOINT}, else the public one. */
    URI endpoint() {
        String value = get(ENDPOINT).replaceFirst("/+$", "");
        if (value.isEmpty()) {
            return PUBLIC_HUB;
        }
        try {
            URI uri = URI.create(value);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // the sentence below says all there is to say
        }
        throw new InputException(
                ENDPOINT + " is not the address of a hub; write it like https://huggingface.co, without a user name");
    }

    /**
     * What proves who asks: {@code HF_TOKEN}, its old name, or the file that {@code hf auth login} writes; none where
     * {@code HF_HUB_DISABLE_IMPLICIT_TOKEN} is on.
     */
    Optional<Token> token() throws IOException {
        if (isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        for (String name : List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")) {
            if (isSet(name)) {
                return Token.of(get(name), name);
            }
        }
        Path file = isSet("HF_TOKEN_PATH") ? path(get("HF_TOKEN_PATH")) : home().resolve("token");
        return Files.isRegularFile(file)
                ? Token.of(Files.readString(file, StandardCharsets.UTF_8), file.toString())
                : Optional.empty();
    }

    /** Whether the network is off limits: {@code HF_HUB_OFFLINE}, or {@code TRANSFORMERS_OFFLINE}. */
    public boolean offline() {
        return isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE");
    }

    /** Whether bars may be drawn: not with {@code HF_HUB_DISABLE_PROGRESS_BARS}. */
    public boolean progressBars() {
        return !isTrue("HF_HUB_DISABLE_PROGRESS_BARS");
    }

    /** Whether the cache may hold symbolic links: not with {@code HF_HUB_DISABLE_SYMLINKS}. */
    boolean symlinks() {
        return !isTrue("HF_HUB_DISABLE_SYMLINKS");
    }

    /** How long a hub may be silent: {@code HF_HUB_DOWNLOAD_TIMEOUT} in seconds, 10 if it is not set or 0. */
    Duration timeout() {
        String value = get(TIMEOUT);
        if (value.isEmpty()) {
            return Duration.ofSeconds(DEFAULT_SECONDS);
        }
        try {
            long seconds = Long.parseLong(value);
            if (seconds >= 0 && seconds <= MAX_SECONDS) {
                return Duration.ofSeconds(seconds == 0 ? DEFAULT_SECONDS : seconds);
            }
        } catch (NumberFormatException _) {
            // the sentence below says all there is to say
        }
        throw new InputException(TIMEOUT + " is \"" + value + "\"; give whole seconds from 1 to " + MAX_SECONDS);
    }

    /** The way to the network. */
    ProxySelector proxies() {
        return new ProxyVariables(variables);
    }

    private String get(String name) {
        return variables.getOrDefault(name, "").strip();
    }

    private boolean isSet(String name) {
        return !get(name).isEmpty();
    }

    private boolean isTrue(String name) {
        return TRUE.contains(get(name).toUpperCase(Locale.ROOT));
    }

    /** A path in which a leading tilde and variables stand for what a shell would put there. */
    private Path path(String value) {
        String expanded = VARIABLE.matcher(value).replaceAll(found -> {
            String name = found.group(1) == null ? found.group(2) : found.group(1);
            return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
        });
        if (expanded.equals("~") || expanded.startsWith("~/")) {
            String user = isSet("HOME") ? get("HOME") : System.getProperty("user.home", "");
            expanded = user + expanded.substring(1);
        }
        return Path.of(expanded);
    }
}
