package dev.vivarium.app.cli;

import java.util.List;

/**
 * The list of commands, in the order of {@code vivarium --help}. A new command is one class like
 * {@link DoctorCommand} and one line here.
 */
final class Commands {
    private Commands() {}

    static List<Object> all(Shell shell) {
        return List.of(
                new DemoCommand(shell),
                new TrainCommand(shell),
                new EvaluateCommand(shell),
                new ReportCommand(shell),
                new WorldCommand(shell),
                new PullCommand(shell),
                new ModelsCommand(shell),
                new ImportCommand(shell),
                new DoctorCommand(shell));
    }
}
