package dev.vivarium.app.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The list of commands, in the order of {@code vivarium --help}. A new command is one class like
 * {@link DoctorCommand} and one line here.
 */
final class Commands {
    private static final Map<String, Function<Shell, Object>> BY_NAME = byName();

    private Commands() {}

    private static Map<String, Function<Shell, Object>> byName() {
        Map<String, Function<Shell, Object>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand::new);
        commands.put("train", TrainCommand::new);
        commands.put("evaluate", EvaluateCommand::new);
        commands.put("chat", ChatCommand::new);
        commands.put("generate", GenerateCommand::new);
        commands.put("inspect", InspectCommand::new);
        commands.put("report", ReportCommand::new);
        commands.put("phase", PhaseCommand::new);
        commands.put("direction", DirectionCommand::new);
        commands.put("scalars", ScalarsCommand::new);
        commands.put("twins", TwinsCommand::new);
        commands.put("score", ScoreCommand::new);
        commands.put("query", QueryCommand::new);
        commands.put("export", ExportCommand::new);
        commands.put("questions", QuestionsCommand::new);
        commands.put("plan", PlanCommand::new);
        commands.put("judge", JudgeCommand::new);
        commands.put("likelihood", LikelihoodCommand::new);
        commands.put("world", WorldCommand::new);
        commands.put("pull", PullCommand::new);
        commands.put("models", ModelsCommand::new);
        commands.put("import", ImportCommand::new);
        commands.put("sum", SumCommand::new);
        commands.put("merge", MergeCommand::new);
        commands.put("doctor", DoctorCommand::new);
        return Collections.unmodifiableMap(commands);
    }

    /** The names, each as the class of its command has it. */
    static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * The commands that a call needs to know: the one it begins with, or all. Each of them costs a start some of the time
     * in which a reader would wait for a short answer.
     *
     * @param all whether all are needed in any case
     */
    static List<Object> of(Shell shell, boolean all, String... arguments) {
        Function<Shell, Object> only = all || arguments.length == 0 ? null : BY_NAME.get(arguments[0]);
        if (only != null) {
            return List.of(only.apply(shell));
        }
        List<Object> commands = new ArrayList<>();
        BY_NAME.values().forEach(command -> commands.add(command.apply(shell)));
        return commands;
    }
}
