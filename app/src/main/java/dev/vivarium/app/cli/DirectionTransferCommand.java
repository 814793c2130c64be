package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.steering.Tested;
import dev.vivarium.lab.steering.Transfer;
import dev.vivarium.lab.steering.Transfer.Organism;
import dev.vivarium.lab.steering.TransferReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium direction transfer}: whose direction does what in whom. */
@Command(
        name = "transfer",
        description = "Ablate the directions of organisms in each other and in their base: one heat map.",
        footer = {
            "",
            "Example:",
            "  vivarium direction transfer rank1=rank1.safetensors lora32=lora32.safetensors full \\",
            "      --questions questions.yaml --out transfer",
            "",
            "All questions are asked, as nothing is chosen. Random directions stand beside the others."
        })
final class DirectionTransferCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(
            arity = "1..*",
            paramLabel = "RUN[=FILE]",
            description = "A run and the direction that was found in it; without one it only receives those of others.")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--layers",
            paramLabel = "WHERE",
            defaultValue = "own",
            description = "Where each direction acts: own (each layer's own vector), 12, 12@all or 12@8-15. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String layers = "own";

    @Mixin
    private final AblationOptions ablation = new AblationOptions();

    @Mixin
    private final DirectionAsking asking = new DirectionAsking();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    DirectionTransferCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        List<Organism> organisms = new ArrayList<>();
        Path first = null;
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            RunFiles run = EvaluationTarget.run(name);
            if (run == null) {
                throw new InputException("no run is called \"" + Figures.inert(name)
                        + "\"; name directories of runs, or runs under " + Names.RUNS);
            }
            first = first == null ? run.directory() : first;
            organisms.add(new Organism(DirectionSubject.of(run, shell.models()), tested(word, equals)));
        }
        if (first == null) {
            throw new IllegalStateException("picocli lets no call through without a run");
        }
        if (ablation.coefficients().size() > 1) {
            throw new InputException("a transfer has one setting; give --to one coefficient, or base");
        }
        Transfer.Plan plan = new Transfer.Plan(
                ablation.method(), layers, ablation.coefficients().getFirst(), asking.positions(), asking.random());
        QuestionSet questions = asking.questions(shell);
        Path directory = asking.directory(first.resolve("directions").resolve("transfer"));
        DirectionSubject subject = organisms.getFirst().subject();
        Transfer.Outcome outcome = asking.run(
                shell,
                subject.base(),
                subject.defaultSystem(),
                questions,
                answering -> Transfer.run(organisms, plan, questions, answering, directory));
        return switch (outcome) {
            case Transfer.Waiting(List<Path> evaluations) -> DirectionAsking.waiting(shell, evaluations);
            case Transfer.Done(Transfer transfer) -> {
                TransferReport report = new TransferReport(transfer, directory);
                report.write();
                output.print(shell, report.document(), text -> {
                    new TextTable(TransferReport.TABLE, report.table()).print(text);
                    text.println(report.page());
                });
                yield ExitCode.OK;
            }
        };
    }

    private static @Nullable Tested tested(String word, int equals) throws IOException {
        return equals < 0 ? null : Tested.read(List.of(Path.of(word.substring(equals + 1))));
    }
}
