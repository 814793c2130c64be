package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.Combination;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vivarium direction combine}: sums of directions. */
@Command(
        name = "combine",
        description = "A sum of directions with factors.",
        footer = {
            "",
            "Example:",
            "  vivarium direction combine \"a - 0.5*b\" a=own.safetensors b=topic.safetensors --out sum.safetensors",
            "",
            "Names and numbers joined by + - *, nothing else. Vectors are added with the lengths they have."
        })
final class DirectionCombineCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(index = "0", paramLabel = "EXPRESSION", description = "Such as \"a + b - 0.5*c\".")
    private String expression = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME=FILE", description = "The directions in it.")
    private List<String> files = new ArrayList<>();

    @Mixin
    private final DirectionOutput output = new DirectionOutput();

    DirectionCombineCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        output.check();
        Combination combination = Combination.parse(expression);
        Map<String, Path> named = new LinkedHashMap<>();
        for (String file : files) {
            int equals = file.indexOf('=');
            if (equals < 1 || equals == file.length() - 1) {
                throw new InputException("\"" + file + "\" names no direction; write NAME=FILE");
            }
            if (named.put(file.substring(0, equals), Path.of(file.substring(equals + 1))) != null) {
                throw new InputException("\"" + file.substring(0, equals) + "\" stands for two files; give it once");
            }
        }
        output.write(
                shell, combination.of(named, output.name(), Version.current().number()), Map.of());
        return ExitCode.OK;
    }
}
