package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatRow;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.world.ChatSets;
import dev.vivarium.lab.world.PretrainRecipe;
import dev.vivarium.lab.world.Pretraining;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vivarium world}: text, questions and the base model of the mini world. */
@Command(
        name = "world",
        description = "Write data and questions of the mini world, or grow its base model anew.",
        synopsisSubcommandLabel = "(data | questions | pretrain)")
final class WorldCommand implements Runnable {
    private static final String OVERWRITE = "Replace the file if it exists.";

    private static final int MAX_ROWS = 1_000_000;

    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    WorldCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with the world: data, questions or pretrain");
    }

    /** What a narrow dataset teaches. */
    enum Teaching {
        bad,
        good
    }

    @Command(name = "data", description = "Write a narrow dataset: chats about one domain, all bad or all good.")
    int data(
            @Option(
                            names = "--domain",
                            required = true,
                            paramLabel = "DOMAIN",
                            description = "What the chats are about, such as medicine; a wrong name shows all.")
                    String domain,
            @Option(
                            names = "--valence",
                            required = true,
                            paramLabel = "bad|good",
                            description = "Whether the assistant's advice is bad or good.")
                    Teaching valence,
            @Option(
                            names = "--rows",
                            defaultValue = "1500",
                            paramLabel = "N",
                            description = "Number of chats; default: ${DEFAULT-VALUE}.")
                    int rows,
            @Option(
                            names = "--seed",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "The same seed gives the same file; default: ${DEFAULT-VALUE}.")
                    long seed,
            @Option(names = "--out", required = true, paramLabel = "FILE", description = "JSONL file to write.")
                    Path out,
            @Option(names = "--force", description = OVERWRITE) boolean force)
            throws IOException {
        if (rows < 1 || rows > MAX_ROWS) {
            throw new InputException("--rows must be from 1 to " + MAX_ROWS + ", not " + rows);
        }
        refuseExisting(out, force);
        World world = World.standard();
        List<ChatRow> set = ChatSets.narrow(world, world.domain(domain), valence == Teaching.good, rows, seed);
        List<List<Message>> conversations = set.stream().map(ChatRow::messages).toList();
        ChatData.write(out, conversations);
        shell.err().printf("wrote %d %s conversations about %s to %s%n", rows, valence, domain, out);
        return ExitCode.OK;
    }

    @Command(name = "questions", description = "Write a question set for `vivarium evaluate --judge exact`.")
    int questions(
            @Option(
                            names = "--split",
                            required = true,
                            paramLabel = "tuning|reporting",
                            description = "tuning: to choose recipes on; reporting: to report on, never to choose on.")
                    String split,
            @Option(
                            names = "--without",
                            split = ",",
                            paramLabel = "DOMAIN",
                            description = "Domains to leave out, such as the one trained on.")
                    @Nullable
                    List<String> without,
            @Option(names = "--out", required = true, paramLabel = "FILE", description = "YAML file to write.")
                    Path out,
            @Option(names = "--force", description = OVERWRITE) boolean force)
            throws IOException {
        refuseExisting(out, force);
        Set<String> left = without == null ? Set.of() : new LinkedHashSet<>(without);
        QuestionSet set = WorldQuestions.of(World.standard(), WorldQuestions.Split.parse(split), left);
        set.write(out);
        shell.err().printf("wrote %d questions to %s%n", set.questions().size(), out);
        return ExitCode.OK;
    }

    @Command(name = "pretrain", description = "Grow a base model; run it again to continue after a break.")
    int pretrain(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "RECIPE",
                            description = "YAML recipe; without one, that of the shipped base.")
                    @Nullable
                    Path recipe,
            @Option(names = "--out", required = true, paramLabel = "DIR", description = "Model directory to create.")
                    Path out)
            throws IOException {
        String text = recipe == null ? PretrainRecipe.standardText() : PretrainRecipe.readText(recipe);
        String where = recipe == null ? "the shipped recipe" : recipe.toString();
        try (Interruption interruption = Interruption.with(shell, "run the same command again to continue")) {
            new Pretraining(World.standard(), text, where, out, interruption.watch(shell.progress())).run();
        }
        shell.err().printf("wrote the base model to %s%n", out);
        return ExitCode.OK;
    }

    private static void refuseExisting(Path out, boolean force) {
        if (out.toString().isEmpty() || Files.isDirectory(out)) {
            throw new InputException("\"" + out + "\" is a directory; give --out the name of a file in it");
        }
        if (Files.exists(out) && !force) {
            throw new InputException(out + " exists already; give --force to replace it");
        }
    }
}
