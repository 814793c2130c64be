package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.tensor.NativeCache;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of the program: builds the command tree, runs it, turns every ending into an exit code. */
public final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        NativeCache.fill();
        System.exit(run(Console.ofProcess(), args));
    }

    /** Runs a command; never throws, whatever happens inside. */
    static int run(Console console, String... args) {
        RootCommand root = new RootCommand();
        Shell shell = new Shell(console, root);
        EnvironmentDefaults variables = new EnvironmentDefaults(shell.environment());
        CommandLine line = commandLine(shell, root, Commands.of(shell, variables.any(), args));
        try {
            variables.complaints(line).forEach(complaint -> shell.err().println("note: " + complaint));
            return line.execute(args);
        } catch (Throwable failure) { // picocli catches exceptions only; an OutOfMemoryError arrives here
            return report(failure, shell, root);
        }
    }

    private static CommandLine commandLine(Shell shell, RootCommand root, List<Object> commands) {
        CommandLine line = new CommandLine(root);
        commands.forEach(command -> line.addSubcommand(withThoseBelow(command)));
        addHelpOption(line);
        line.getCommandSpec()
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Show the version.")
                        .build())
                .version("vivarium " + Version.current().number());
        line.setOut(new PrintWriter(shell.out(), true));
        line.setErr(new PrintWriter(shell.err(), true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(100);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setAbbreviatedOptionsAllowed(false);
        line.setDefaultValueProvider(new EnvironmentDefaults(shell.environment()));
        line.setParameterExceptionHandler((failure, arguments) -> usageError(failure, shell, root));
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, shell, root));
        return line;
    }

    private static CommandLine withThoseBelow(Object command) {
        CommandLine line = new CommandLine(command);
        if (command instanceof CommandGroup group) {
            group.below().forEach(below -> line.addSubcommand(withThoseBelow(below)));
        }
        return line;
    }

    /** Every command understands {@code --help} without declaring it. */
    private static void addHelpOption(CommandLine line) {
        line.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build());
        line.getSubcommands().values().forEach(Main::addHelpOption);
    }

    private static int usageError(ParameterException failure, Shell shell, RootCommand root) {
        CommandLine line = failure.getCommandLine();
        String sentence = lowerFirst(String.valueOf(failure.getMessage()).replaceFirst("^Error: ", ""));
        if (failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().getFirst();
            boolean option = word.startsWith("-");
            boolean command = !option && !line.getSubcommands().isEmpty();
            Collection<String> known = option
                    ? line.getCommandSpec().optionsMap().keySet()
                    : line.getSubcommands().keySet();
            String kind = option ? "option" : command ? "command" : "argument";
            sentence = "unknown " + kind + " \"" + word + "\"" + Nearest.hint(word, known);
        }
        shell.err().println("vivarium: " + sentence + new EnvironmentDefaults(shell.environment()).origin(failure));
        shell.err().println("  see: " + line.getCommandSpec().qualifiedName(" ") + " --help");
        if (root.debug) {
            failure.printStackTrace(shell.err());
        }
        return ExitCode.USAGE;
    }

    private static int report(Throwable thrown, Shell shell, RootCommand root) {
        if (thrown instanceof Interruption.Stopped || thrown.getCause() instanceof Interruption.Stopped) {
            return ExitCode.INTERRUPTED;
        }
        Failure failure = Failure.of(thrown);
        if (shell.ansi()) {
            shell.err().print(TerminalProgress.CLEAR_LINE); // what was under way when it failed
        }
        shell.err().println("vivarium: " + failure.sentence());
        if (failure.hint() != null) {
            shell.err().println("  to do: " + failure.hint());
        }
        if (root.debug) {
            thrown.printStackTrace(shell.err());
        }
        return failure.exitCode();
    }

    private static String lowerFirst(String message) {
        boolean acronym = message.length() > 1 && Character.isUpperCase(message.charAt(1));
        return message.isEmpty() || acronym ? message : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }
}
