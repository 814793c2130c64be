package dev.vivarium.app.cli;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lets a variable stand for an option: {@code VIVARIUM_EVALUATE_SAMPLES} for {@code evaluate --samples}. */
final class EnvironmentDefaults implements IDefaultValueProvider {
    private final Map<String, String> environment;

    EnvironmentDefaults(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String words = option.command().qualifiedName(" ") + " " + option.longestName();
        String name = words.replaceAll("[^A-Za-z0-9]+", "_").toUpperCase(Locale.ROOT);
        return environment.get(name);
    }
}
