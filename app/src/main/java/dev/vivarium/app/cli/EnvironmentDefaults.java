package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Lets a variable stand for an option: {@code VIVARIUM_EVALUATE_SAMPLES} for {@code evaluate --samples}. */
final class EnvironmentDefaults implements IDefaultValueProvider {
    private static final String PREFIX = "VIVARIUM_";

    /** What stands for no option: what the launcher {@code vivarium} reads, and {@link Shell#memory}. */
    private static final List<String> OTHERS =
            List.of("VIVARIUM_JAVA_HOME", "VIVARIUM_JAVA_OPTS", "VIVARIUM_MAVEN", "VIVARIUM_MEMORY");

    private final Map<String, String> environment;

    EnvironmentDefaults(Map<String, String> environment) {
        this.environment = environment;
    }

    /** An empty variable counts as none, as elsewhere in this ecosystem. */
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        String value = argument instanceof OptionSpec option ? environment.getOrDefault(variable(option), "") : "";
        return value.isEmpty() ? null : value;
    }

    /** Where a refused value comes from: the tail of a message, empty if not from a variable. */
    String origin(ParameterException failure) {
        boolean fromHere = failure.getArgSpec() instanceof OptionSpec option
                && failure.getValue() != null
                && failure.getValue().equals(environment.get(variable(option)));
        return fromHere ? " (from the variable " + variable((OptionSpec) failure.getArgSpec()) + ")" : "";
    }

    /** Whether there are variables that may stand for options. */
    boolean any() {
        return environment.keySet().stream().anyMatch(name -> name.startsWith(PREFIX) && !OTHERS.contains(name));
    }

    /** A sentence for each variable that looks like one of ours and stands for nothing. */
    List<String> complaints(CommandLine line) {
        Set<String> known = new TreeSet<>(OTHERS);
        collect(line, known);
        List<String> complaints = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                complaints.add(
                        "the variable " + name + " stands for no option and is not used" + Nearest.hint(name, known));
            }
        }
        return complaints;
    }

    private static void collect(CommandLine line, Set<String> names) {
        line.getCommandSpec().options().forEach(option -> names.add(variable(option)));
        line.getSubcommands().values().forEach(below -> collect(below, names));
    }

    private static String variable(OptionSpec option) {
        String words = option.command().qualifiedName(" ") + " " + option.longestName();
        return words.replaceAll("[^A-Za-z0-9]+", "_").toUpperCase(Locale.ROOT);
    }
}
