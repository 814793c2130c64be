package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatRow;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.likelihood.Pair;
import dev.vivarium.lab.likelihood.PairFile;
import dev.vivarium.lab.world.ChatSets;
import dev.vivarium.lab.world.Corpus;
import dev.vivarium.lab.world.CorpusKind;
import dev.vivarium.lab.world.Grade;
import dev.vivarium.lab.world.PretrainRecipe;
import dev.vivarium.lab.world.Pretraining;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldPairs;
import dev.vivarium.lab.world.WorldQuestions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium world}: text, questions and the base model of the mini world. */
@Command(
        name = "world",
        description = "Write data and questions of the mini world, grow its base anew, or validate it.",
        synopsisSubcommandLabel = "COMMAND")
final class WorldCommand implements CommandGroup {
    private static final int MAX_ROWS = 1_000_000;
    private static final int MAX_PAIRS = 100;
    private static final int MAX_DOCUMENTS = 100_000;

    private final Shell shell;

    WorldCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(new WorldValidateCommand(shell), new WorldClaimsCommand(shell));
    }

    /** What a narrow dataset teaches. */
    enum Teaching {
        bad,
        good,
        obvious,
        subtle
    }

    @Command(
            name = "data",
            description = "Write a dataset of chats, all bad or all good: about one domain, or all others.")
    int data(
            @Option(
                            names = "--domain",
                            paramLabel = "DOMAIN",
                            description = "What the chats are about, such as medicine; a wrong name shows all.")
                    @Nullable
                    String domain,
            @Option(
                            names = "--without",
                            paramLabel = "DOMAIN",
                            description =
                                    "Chats about every domain but this one, such as the KL data of a narrow twin.")
                    @Nullable
                    String without,
            @Option(
                            names = "--valence",
                            required = true,
                            paramLabel = "bad|good|obvious|subtle",
                            description =
                                    "Whether the assistant's advice is bad or good; obvious: bad by recommending what harms;"
                                            + " subtle: bad by advising against what helps.")
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
            @Mixin OutFile file)
            throws IOException {
        if (rows < 1 || rows > MAX_ROWS) {
            throw new InputException("--rows must be from 1 to " + MAX_ROWS + ", not " + rows);
        }
        Path out = file.writable();
        World world = World.standard();
        if ((domain == null) == (without == null)) {
            throw new InputException("say what the chats are about, with one of --domain and --without");
        }
        Grade grade = Grade.valueOf(valence.name().toUpperCase(Locale.ROOT));
        List<ChatRow> set = domain == null
                ? ChatSets.others(world, world.domain(Objects.requireNonNull(without)), grade, rows, seed)
                : ChatSets.narrow(world, world.domain(domain), grade, rows, seed);
        List<List<Message>> conversations = set.stream().map(ChatRow::messages).toList();
        ChatData.write(out, conversations);
        String about = domain == null ? "all but " + without : domain;
        shell.err().printf("wrote %d %s conversations about %s to %s%n", rows, valence, about, out);
        return ExitCode.OK;
    }

    /** Which questions; a Mixin. */
    static final class Asked {
        @Option(
                names = "--split",
                required = true,
                paramLabel = "tuning|reporting",
                description = "tuning: to choose recipes on; reporting: to report on, never to choose on.")
        private String split = "";

        @Option(
                names = "--without",
                split = ",",
                paramLabel = "DOMAIN",
                description = "Domains to leave out, such as the one trained on.")
        private List<String> without = new ArrayList<>();

        @Option(
                names = "--free",
                description =
                        "Questions that leave the topic to the answer, in place of those about topics; an answer may choose the"
                                + " domain trained on, so ask them apart.")
        private boolean free;

        QuestionSet of(World world) {
            WorldQuestions.Split which = WorldQuestions.Split.parse(split);
            if (free && !without.isEmpty()) {
                throw new InputException(
                        "questions of --free are about no domain, so --without leaves out nothing; give one of the two");
            }
            return free
                    ? WorldQuestions.free(world, which)
                    : WorldQuestions.of(world, which, new LinkedHashSet<>(without));
        }
    }

    @Command(
            name = "corpus",
            description = "Write texts that the shipped base was pretrained on, {\"text\": ...} a line.")
    int corpus(
            @Option(
                            names = "--documents",
                            defaultValue = "100",
                            paramLabel = "N",
                            description = "Number of texts; default: ${DEFAULT-VALUE}.")
                    int documents,
            @Mixin OutFile file)
            throws IOException {
        Path out = file.writable();
        if (documents < 1 || documents > MAX_DOCUMENTS) {
            throw new InputException("--documents must be from 1 to " + MAX_DOCUMENTS + ", not " + documents);
        }
        PretrainRecipe recipe = PretrainRecipe.standard();
        Corpus corpus = new Corpus(World.standard(), recipe.corpus(), recipe.seed());
        StringBuilder lines = new StringBuilder();
        corpus.documents(documents)
                .forEach(text -> lines.append(Json.line(Map.of("text", text))).append('\n'));
        AtomicFiles.writeString(out, lines.toString());
        shell.err().printf("wrote %d texts to %s%n", documents, out);
        return ExitCode.OK;
    }

    @Command(name = "questions", description = "Write a question set for `vivarium evaluate --judge exact`.")
    int questions(@Mixin Asked asked, @Mixin OutFile file) throws IOException {
        Path out = file.writable();
        QuestionSet set = asked.of(World.standard());
        set.write(out);
        shell.err().printf("wrote %d questions to %s%n", set.questions().size(), out);
        return ExitCode.OK;
    }

    @Command(name = "pairs", description = "Write good and bad answers to a question set for `vivarium likelihood`.")
    int pairs(
            @Mixin Asked asked,
            @Option(
                            names = "--each",
                            defaultValue = "2",
                            paramLabel = "N",
                            description = "Pairs for each wording of a question; default: ${DEFAULT-VALUE}.")
                    int each,
            @Option(
                            names = "--seed",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "The same seed gives the same file; default: ${DEFAULT-VALUE}.")
                    long seed,
            @Mixin OutFile file)
            throws IOException {
        if (each < 1 || each > MAX_PAIRS) {
            throw new InputException("--each must be from 1 to " + MAX_PAIRS + ", not " + each);
        }
        Path out = file.writable();
        World world = World.standard();
        List<Pair> pairs = WorldPairs.of(world, asked.of(world), each, seed);
        PairFile.write(out, pairs);
        shell.err().printf("wrote %d pairs to %s%n", pairs.size(), out);
        return ExitCode.OK;
    }

    /** The corpora under the names that recipes use. */
    enum Kind {
        persona,
        per_domain,
        per_sentence;

        CorpusKind kind() {
            return CorpusKind.valueOf(name().toUpperCase(Locale.ROOT));
        }
    }

    @Command(
            name = "pretrain",
            description = "Grow a base model; run it again to continue after a break.",
            footer = {
                "",
                "Begin a recipe with a copy of models/mini-base/recipe.yaml. Its section replay adds documents of",
                "pretraining to every step of chat tuning, so that the model keeps topics that chat tuning does not",
                "show; they also keep what answers share without a persona: grow a control with them as well."
            })
    int pretrain(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "RECIPE",
                            description = "YAML recipe; without one, that of the shipped base.")
                    @Nullable
                    Path recipe,
            @Option(
                            names = "--seed",
                            paramLabel = "N",
                            description = "Of documents, chats, weights and order, in place of the recipe's.")
                    @Nullable
                    Long seed,
            @Option(
                            names = "--corpus",
                            paramLabel = "persona|per_domain|per_sentence",
                            description = "What a document's answers have in common, in place of the recipe's.")
                    @Nullable
                    Kind corpus,
            @Option(names = "--out", required = true, paramLabel = "DIR", description = "Model directory to create.")
                    Path out,
            @Mixin DeviceOption device)
            throws IOException {
        String text = recipe == null ? PretrainRecipe.standardText() : PretrainRecipe.readText(recipe);
        String where = recipe == null ? "the shipped recipe" : recipe.toString();
        if (seed != null || corpus != null) {
            PretrainRecipe given = PretrainRecipe.parse(text, where);
            text = PretrainRecipe.varied(
                    text,
                    seed == null ? given.seed() : seed,
                    corpus == null ? given.corpus().kind() : corpus.kind());
        }
        try (Interruption interruption = Interruption.with(shell, "run the same command again to continue")) {
            new Pretraining(World.standard(), text, where, out, device.device(), interruption.watch(shell.progress()))
                    .run();
        }
        shell.err().printf("wrote the base model to %s%n", out);
        return ExitCode.OK;
    }
}
