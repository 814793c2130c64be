package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who serves models behind the chat-completions interface of OpenAI.
 *
 * @param name for {@code --provider}
 * @param baseUrl address that {@code /chat/completions} is put behind
 * @param keyVariable environment variable that holds the key; null if it needs none
 * @param prices by model
 */
public record Provider(String name, URI baseUrl, @Nullable String keyVariable, Map<String, Price> prices) {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    public Provider {
        prices = Map.copyOf(prices);
        if (keyVariable != null && !VARIABLE.matcher(keyVariable).matches()) {
            // not shown: whoever mixes the two up has written the key here
            throw new InputException(
                    "provider " + name + ": key_variable must be the name of a variable, never a key itself");
        }
    }

    /**
     * Reads an address.
     *
     * @param where it is written, for the message
     * @throws InputException if it is none, or holds what might be a secret
     */
    public static URI address(String text, String where) {
        String advice = where + ": is no address of an endpoint; write it like https://api.openai.com/v1";
        try {
            URI uri = URI.create(text.strip().replaceFirst("/+$", ""));
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (!web || uri.getHost() == null) {
                throw new InputException(advice);
            }
            if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
                throw new InputException(advice + ", without a name, a password or a key in it");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new InputException(advice, e);
        }
    }

    /** Whether it runs on this machine. */
    public boolean isLocal() {
        return LOOPBACK.contains(String.valueOf(baseUrl.getHost()).toLowerCase(Locale.ROOT));
    }

    /** The host, for messages. */
    String host() {
        return Printable.name(String.valueOf(baseUrl.getHost()));
    }
}
