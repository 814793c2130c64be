package dev.vivarium.app.cli;

import dev.vivarium.lab.validate.JointValidation;
import dev.vivarium.lab.validate.ValidationTables;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vivarium world claims}: the claims over validations that were made apart. */
@Command(
        name = "claims",
        description =
                "Hold validations of several pretraining seeds against the claims together; exit code 1 if one fails.",
        footer = {
            "",
            "Each was made by vivarium world validate, of other seeds than the rest and with the same domains,",
            "rows and samples. Nothing is measured anew. Parts that not all of them have are named.",
            "",
            "Example:",
            "  vivarium world pretrain --seed 2 --out bases/2",
            "  vivarium world validate --model bases/2 --seeds 1 --out runs/validation-2",
            "  vivarium world claims runs/validation-1 runs/validation-2 --document docs/mini-world.md"
        })
final class WorldClaimsCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(arity = "1..*", paramLabel = "VALIDATION", description = "What --out of vivarium world validate named.")
    private List<Path> validations = List.of();

    @Mixin
    private final FiguresDocument document = new FiguresDocument();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    WorldClaimsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        document.check();
        JointValidation joint = JointValidation.of(validations);
        document.replace(ValidationTables.markdown(joint));
        output.print(shell, joint, to -> print(to, joint));
        return joint.missed() == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static void print(PrintStream to, JointValidation joint) {
        to.print(ValidationTables.markdown(joint));
        to.println();
        Figures.line(
                to,
                "claims",
                "%d of %d hold",
                joint.bars().size() - joint.missed(),
                joint.bars().size());
    }
}
