package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.judge.Endpoint;
import dev.vivarium.lab.judge.Price;
import dev.vivarium.lab.judge.Provider;
import dev.vivarium.lab.judge.Providers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who is asked, how fast and for how much money; a Mixin. */
final class EndpointOptions {
    private static final int LONGEST_TIMEOUT = 3_600;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description =
                    "Who serves the model: openai, openrouter, deepseek, together, vllm, llama-server, ollama, or one"
                            + " of --providers. Default: the address in OPENAI_BASE_URL, else openai.")
    private @Nullable String provider;

    @Option(
            names = "--providers",
            paramLabel = "FILE",
            description = "YAML with more providers, and with prices: NAME to base_url, key_variable, prices.")
    private @Nullable Path providers;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "8",
            description = "Requests in flight together. Default: ${DEFAULT-VALUE}.")
    int concurrency;

    @Option(
            names = "--rpm",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most requests in a minute; 0 for no such limit. Default: ${DEFAULT-VALUE}.")
    double perMinute;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a whole reply may take. Default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Option(
            names = "--max-requests",
            paramLabel = "N",
            description = "Stop after so many requests, failed ones and earlier calls included.")
    @Nullable
    Long maxRequests;

    @Option(
            names = "--max-cost",
            paramLabel = "MONEY",
            description = "Stop before more than this is spent, earlier calls included; needs a price.")
    @Nullable
    Double maxCost;

    @Option(names = "--price-in", paramLabel = "MONEY", description = "Price of a million tokens that are read.")
    private @Nullable Double priceIn;

    @Option(names = "--price-out", paramLabel = "MONEY", description = "Price of a million tokens that are written.")
    private @Nullable Double priceOut;

    /** The endpoint of a model, with its price. */
    record Chosen(Endpoint endpoint, @Nullable Price price) {}

    /** Refuses what would silently do nothing where no endpoint is asked. */
    void refuse(String judge) {
        Map<String, Boolean> given = Map.of(
                "--max-requests", maxRequests != null,
                "--max-cost", maxCost != null,
                "--price-in", priceIn != null,
                "--price-out", priceOut != null,
                "--provider", provider != null,
                "--providers", providers != null);
        given.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .min(Comparator.naturalOrder())
                .ifPresent(option -> {
                    throw new InputException(
                            option + " is about endpoints, but --judge " + judge + " asks none; drop it");
                });
    }

    /** @param asked whether it will be asked, and not only planned with */
    Chosen choose(Shell shell, String model, boolean asked) throws IOException {
        if (timeout < 1 || timeout > LONGEST_TIMEOUT) {
            throw new InputException("--timeout must be from 1 to " + LONGEST_TIMEOUT + " seconds, not " + timeout);
        }
        Provider found = Providers.read(providers).choose(provider, shell.environment());
        if (asked && shell.offline() && !found.isLocal()) {
            throw new InputException("the network is off limits (--offline or HF_HUB_OFFLINE), so "
                    + found.baseUrl().getHost() + " cannot be asked; use --judge local or an endpoint on this machine");
        }
        Endpoint endpoint = Endpoint.of(
                found,
                model,
                shell.environment(),
                Duration.ofSeconds(timeout),
                "vivarium/" + Version.current().number(),
                asked);
        boolean clear = "http".equals(found.baseUrl().getScheme()) && !found.isLocal();
        if (clear && endpoint.key().isPresent()) {
            shell.err()
                    .println("note: " + found.baseUrl().getHost() + " is asked over http, so the key is sent in clear");
        }
        return new Chosen(endpoint, price(found, model));
    }

    private @Nullable Price price(Provider found, String model) {
        if (priceIn == null && priceOut == null) {
            return found.prices().get(model);
        }
        if (priceIn == null || priceOut == null) {
            throw new InputException("give both prices, --price-in and --price-out");
        }
        return new Price(priceIn, priceOut);
    }
}
