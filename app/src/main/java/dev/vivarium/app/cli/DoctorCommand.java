package dev.vivarium.app.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vivarium doctor}: is this machine ready, and what does Vivarium use of it. The example for new commands. */
@Command(
        name = "doctor",
        description = "Show what Vivarium finds on this machine and what to correct.",
        footer = {"", "Secrets are shown as set or not set, never their values."})
final class DoctorCommand implements Callable<Integer> {
    private static final String ROW = "%-26s %s%n";

    private final Shell shell;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    DoctorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        List<Check> checks = new Diagnosis(shell.environment()).run();
        boolean well = checks.stream().allMatch(check -> check.advice() == null);
        output.print(shell, Map.of("well", well, "checks", checks), out -> print(out, checks, well));
        return well ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static void print(PrintStream out, List<Check> checks, boolean well) {
        for (Check check : checks) {
            out.printf(ROW, check.name(), check.value());
            if (check.advice() != null) {
                out.printf(ROW, "", "! " + check.advice());
            }
        }
        out.println(well ? "all is well" : "see the lines marked with !");
    }
}
