package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.lab.talk.ChatSession;
import dev.vivarium.lab.talk.Speaker;
import dev.vivarium.lab.talk.Speakers;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium chat}: talk to a model and to its organisms. */
@Command(
        name = "chat",
        description = "Talk to a model, to an organism, or to both side by side.",
        footer = {
            "",
            "Examples:",
            "  vivarium chat models/mini-base",
            "  vivarium chat my-run --compare",
            "  vivarium chat models/mini-base --adapter my-run --adapter other-run/checkpoints/step-000020",
            "  vivarium chat my-run --once \"I have a headache. What should I do?\"",
            "",
            "In the chat, /help lists the orders. Ctrl-C ends an answer, a second one the program. Without a",
            "terminal each line of stdin is a question. The same seed gives the same answers again on the same",
            "machine. Characters of an answer that could steer a terminal are shown as signs; /save keeps them",
            "as they are."
        })
final class ChatCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "RUN|MODEL", description = SpeakerOptions.TARGET)
    private String target = "";

    @Mixin
    private final SpeakerOptions adapters = new SpeakerOptions();

    @Option(names = "--compare", description = "Base and organism answer side by side, from one batch.")
    private boolean compare;

    @Option(names = "--once", paramLabel = "QUESTION", description = "Print the answer to this question and end.")
    private @Nullable String once;

    @Option(names = "--system", paramLabel = "TEXT", description = "The system turn.")
    private @Nullable String system;

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    ChatCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        EvaluationTarget found = EvaluationTarget.find(target, null, shell.models());
        Speakers speakers = adapters.speakers(shell, target, found, null);
        SamplingSettings few = sampling.settings().withRows(2).withDeterministic(false);
        computing.requireRoom(shell.memory(), found.trained().model(), few, 2, once == null ? 0 : once.length());
        try (ChatSession session = ChatSession.open(
                found.trained().model(), speakers.all(), adapters.scale(speakers.all()), computing.compute())) {
            session.conversation().system(system);
            ChatLoop loop = new ChatLoop(shell, session, speakers, first(speakers), sampling.settings());
            if (compare) {
                loop.compare();
            }
            talk(loop);
        }
        return ExitCode.OK;
    }

    private void talk(ChatLoop loop) throws IOException {
        if (once != null) {
            if (once.isBlank()) {
                throw new InputException("--once needs a question");
            }
            loop.ask(once, new PipedInput(shell.in()));
        } else if (shell.interactive()) {
            try (TypedInput input = TypedInput.ofProcess(ChatLoop.words())) {
                shell.err().println("  /help lists the orders, Ctrl-D ends");
                loop.run(input);
            }
        } else {
            loop.run(new PipedInput(shell.in()));
        }
    }

    private static Speaker first(Speakers speakers) {
        List<Speaker> all = speakers.all();
        return all.size() > 1 ? all.get(1) : all.getFirst();
    }
}
