package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.net.ProxyVariables;
import dev.vivarium.lab.net.Token;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A model at a provider, and how it is reached.
 *
 * @param provider who serves it
 * @param model as the provider calls it
 * @param key shown to the provider, if it wants one
 * @param timeout how long to wait for a whole reply
 * @param proxies the way to the network
 * @param agent what this program calls itself
 */
public record Endpoint(
        Provider provider, String model, Optional<Token> key, Duration timeout, ProxySelector proxies, String agent) {
    private static final int LONGEST_NAME = 200;

    public Endpoint {
        if (model.isBlank() || model.length() > LONGEST_NAME || model.chars().anyMatch(Character::isISOControl)) {
            throw new InputException("--model must be the name of a model, as the provider calls it");
        }
    }

    /**
     * An endpoint with the key of the provider's variable.
     *
     * @param asked whether it will be asked, and not only planned with
     * @throws InputException if it will be, the variable is not set, and the provider is not on this machine
     */
    public static Endpoint of(
            Provider provider,
            String model,
            Map<String, String> environment,
            Duration timeout,
            String agent,
            boolean asked) {
        String variable = provider.keyVariable();
        Optional<Token> key =
                variable == null ? Optional.empty() : Token.of(environment.getOrDefault(variable, ""), variable);
        if (asked && variable != null && key.isEmpty() && !provider.isLocal()) {
            throw new InputException(variable + " is not set, and " + provider.host()
                    + " wants a key; set the variable, or name a provider without one with --provider");
        }
        return new Endpoint(provider, model, key, timeout, new ProxyVariables(environment), agent);
    }

    URI completions() {
        return URI.create(provider.baseUrl() + "/chat/completions");
    }
}
