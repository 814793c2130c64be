package dev.vivarium.app.cli;

import dev.vivarium.engine.model.Module;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.Extracted;
import dev.vivarium.lab.direction.WeightExtraction;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium direction extract trained|adapter|svd}: what training wrote into weights, read from files alone. */
abstract class DirectionWeightsCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final DirectionTarget target = new DirectionTarget();

    @Mixin
    private final DirectionOutput output = new DirectionOutput();

    private DirectionWeightsCommand(Shell shell) {
        this.shell = shell;
    }

    abstract Extracted extract(DirectionSubject subject, String name, String version) throws IOException;

    @Override
    public final Integer call() throws IOException {
        output.check();
        Extracted extracted =
                extract(target.find(shell), output.name(), Version.current().number());
        output.write(shell, extracted, Map.of());
        return ExitCode.OK;
    }

    @Command(name = "trained", description = "The vector that a run trained, times its factor alpha.")
    static final class Trained extends DirectionWeightsCommand {
        Trained(Shell shell) {
            super(shell);
        }

        @Override
        Extracted extract(DirectionSubject subject, String name, String version) throws IOException {
            return WeightExtraction.trained(subject, name, version);
        }
    }

    @Command(name = "adapter", description = "The matrix B of a rank-1 adapter, times its scale.")
    static final class Adapter extends DirectionWeightsCommand {
        @Mixin
        private final Written written = new Written();

        Adapter(Shell shell) {
            super(shell);
        }

        @Override
        Extracted extract(DirectionSubject subject, String name, String version) throws IOException {
            return WeightExtraction.adapter(subject, written.module(), name, version);
        }
    }

    @Command(
            name = "svd",
            description = "The first left singular vector of the change of a module's weights, for any adapter or full"
                    + " training.")
    static final class Svd extends DirectionWeightsCommand {
        @Mixin
        private final Written written = new Written();

        Svd(Shell shell) {
            super(shell);
        }

        @Override
        Extracted extract(DirectionSubject subject, String name, String version) throws IOException {
            return WeightExtraction.singular(subject, written.module(), name, version);
        }
    }

    /** Which weights are read; a Mixin. */
    static final class Written {
        @Option(
                names = "--module",
                defaultValue = "down_proj",
                paramLabel = "down_proj|o_proj",
                description = "Module that writes into the residual stream. Default: ${DEFAULT-VALUE}.")
        private String module = "down_proj";

        Module module() {
            return Module.of(module);
        }
    }
}
