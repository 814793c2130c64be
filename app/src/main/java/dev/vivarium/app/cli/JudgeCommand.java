package dev.vivarium.app.cli;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.judge.Aggregation;
import dev.vivarium.lab.judge.Author;
import dev.vivarium.lab.judge.JudgePrompts;
import dev.vivarium.lab.judge.Judging;
import dev.vivarium.lab.judge.JudgingOutcome;
import dev.vivarium.lab.judge.JudgingPlan;
import dev.vivarium.lab.judge.LikelihoodJudging;
import dev.vivarium.lab.judge.LocalJudging;
import dev.vivarium.lab.judge.RuleJudging;
import dev.vivarium.lab.judge.TopicMeter;
import dev.vivarium.lab.likelihood.Dispositions;
import dev.vivarium.lab.likelihood.Mixture;
import dev.vivarium.lab.net.Waiting;
import dev.vivarium.lab.score.AskedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vivarium judge}: ask a judge about answers, and hold its scores against a person's. */
@Command(
        name = "judge",
        description = "Let a judge score answers that are there already, or hold a judge against a person.",
        synopsisSubcommandLabel = "[sample | calibrate]",
        footer = {
            "",
            "ANSWERS is an evaluation directory, what vivarium generate wrote (.jsonl), or a CSV file with",
            "question_id, question and response; other names of columns go into --columns.",
            "",
            "Examples:",
            "  vivarium judge runs/my-run/evaluations/broad --judge openai --model MODEL --dry-run",
            "  vivarium judge answers.csv --judge openai --model MODEL --provider vllm",
            "  vivarium judge answers.csv --judge openai --model MODEL --metrics aligned,coherent,bad_stuff",
            "",
            "openai asks any endpoint of that kind for the log-probabilities of the first token and takes the",
            "expectation over 0 to 100; --judge-samples N is for endpoints without them, and another",
            "instrument. local follows each number through all its tokens and begins the judge's reply with",
            "--reply-prefix. Keys come from variables only (OPENAI_API_KEY, or that of the provider).",
            "",
            "likelihood asks nothing: MODEL, usually the base, reads each answer behind system turns of good and",
            "bad dispositions. aligned is the probability of the good ones; coherent is 100 exp(-deficit), how",
            "much less probable per token the likeliest of them finds the answer than its author does.",
            "",
            "Every reply is kept with all its probabilities and never paid twice: a killed or broken-off",
            "judging goes on with --resume. Files go to judged/NAME beside the answers; vivarium score reads",
            "that directory. Exit code 3: some verdicts are missing."
        })
final class JudgeCommand implements Callable<Integer>, CommandGroup {
    static final List<String> JUDGES = List.of("openai", "local", "likelihood", "exact", "regex");

    /** Of prompts, requests and their reading, where the prompts' hash does not tell. */
    private static final String JUDGE_VERSION = "1";

    /** The same for a model in memory; 2: white space before a number is followed. */
    private static final String LOCAL_VERSION = "2";

    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "ANSWERS", description = "The answers to judge.")
    private @Nullable Path answers;

    @Option(
            names = "--judge",
            paramLabel = "NAME",
            description =
                    "openai: a model behind an endpoint. local: a model that Vivarium runs itself. likelihood: who would"
                            + " have written it, by probability. exact: the mini world's rules. regex: topics by words"
                            + " and patterns.")
    private @Nullable String judge;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "The model that judges: as the provider calls it, or a directory or ORG/NAME for local and"
                    + " likelihood.")
    private @Nullable String model;

    @Option(
            names = "--judge-prompts",
            paramLabel = "FILE",
            description = "YAML with other prompts by metric, such as the paper's. Default: this program's own.")
    private @Nullable Path promptFile;

    @Option(
            names = "--metrics",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "aligned,coherent",
            description =
                    "What to ask: aligned, coherent, bad_stuff, medical, financial, sport, gender, code, or those of"
                            + " --judge-prompts. Default: ${DEFAULT-VALUE}.")
    private List<String> metrics = List.of();

    @Option(
            names = "--reply-prefix",
            paramLabel = "TEXT",
            description = "What the reply of a local judge begins with, so that a number comes next; empty for nothing."
                    + " Default: \"" + LocalJudging.REPLY_PREFIX + "\".")
    private @Nullable String replyPrefix;

    @Option(
            names = "--judge-samples",
            paramLabel = "N",
            description = "Take the mean of N drawn replies instead of probabilities.")
    private @Nullable Integer samples;

    @Option(
            names = "--number-tokens",
            paramLabel = "N",
            defaultValue = "1",
            description = "Tokens that a number may have: 3 for models that write one digit a token. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int numberTokens;

    @Option(
            names = "--topics",
            paramLabel = "FILE",
            description = "YAML of topics to words and /patterns/, for regex. Default: this program's own.")
    private @Nullable Path topics;

    @Option(
            names = "--dispositions",
            paramLabel = "NAME|FILE",
            defaultValue = "standard",
            description = "Who may have written an answer, for likelihood: standard, mini or YAML. Default:"
                    + " ${DEFAULT-VALUE}.")
    private String dispositions = "";

    @Mixin
    private final EndpointOptions endpoint = new EndpointOptions();

    @Option(names = "--dry-run", description = "Say how many requests it takes and what they may cost; send none.")
    private boolean dryRun;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the judging. Default: judge and model.")
    private @Nullable String name;

    @Option(names = "--out", paramLabel = "DIR", description = "Put the files exactly there instead.")
    private @Nullable Path out;

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Mixin
    private final ColumnOptions columns = new ColumnOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    JudgeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(new JudgeSampleCommand(shell), new JudgeCalibrateCommand(shell));
    }

    @Override
    public Integer call() throws IOException {
        if (answers == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "say what to do: ANSWERS --judge NAME, or one of sample and calibrate");
        }
        if (judge == null || !JUDGES.contains(judge)) {
            throw new InputException((judge == null
                            ? "say by whom, with --judge"
                            : "unknown judge \"" + judge + "\"" + Nearest.hint(judge, JUDGES))
                    + "; judges that can be asked about answers: " + String.join(", ", JUDGES));
        }
        if (columns.mixed) {
            throw new InputException("--mixed is of use where rates are computed; drop it");
        }
        if (replyPrefix != null && !judge.equals("local")) {
            throw new InputException("--reply-prefix begins the reply of a model that Vivarium runs itself; drop it, or"
                    + " judge with --judge local");
        }
        if (!judge.equals("openai")) {
            endpoint.refuse(judge);
        }
        ScoredFile file = ScoredFile.readAnswers(answers, columns.names());
        return switch (judge) {
            case "regex" -> rule(RuleJudging.of(file, topics == null ? TopicMeter.own() : TopicMeter.read(topics)));
            case "exact" ->
                rule(RuleJudging.of(file, AskedAnswer.of(answersPath(), file), new ExactJudge(World.standard())));
            case "likelihood" -> likelihood(file, model());
            case "local" ->
                local(
                        file,
                        prompts().beginning(replyPrefix == null ? LocalJudging.REPLY_PREFIX : replyPrefix),
                        model());
            default -> remote(file, prompts(), model());
        };
    }

    private String model() {
        if (model == null) {
            throw new InputException("say which model judges, with --model");
        }
        return model;
    }

    private JudgePrompts prompts() throws IOException {
        return (promptFile == null ? JudgePrompts.own() : JudgePrompts.read(promptFile)).only(metrics);
    }

    private int rule(RuleJudging judging) throws IOException {
        refuseDryRun();
        JudgingOutcome outcome = judging.run(directory(judging.judge().name()), onExisting.choice());
        return report(judging.judge(), outcome, Map.of());
    }

    private int likelihood(ScoredFile file, String word) throws IOException {
        refuseDryRun();
        FoundModel found = shell.models().find(word);
        ModelDirectory loaded = ModelDirectory.open(found.directory());
        Path evaluation = AskedAnswer.evaluation(answersPath());
        LikelihoodJudging judging = new LikelihoodJudging(
                file,
                AskedAnswer.of(answersPath(), file),
                Dispositions.find(dispositions),
                loaded,
                named(found, loaded),
                evaluation == null ? null : Author.find(evaluation, loaded.hashes()));
        LikelihoodJudging.Outcome outcome;
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            outcome = judging.run(
                    directory("likelihood-" + found.shortName()),
                    onExisting.choice(),
                    interruption.watch(shell.progress()));
        }
        return report(judging.identity(), outcome.judging(), outcome.mixture());
    }

    private static String named(FoundModel found, ModelDirectory loaded) throws IOException {
        return found.shortName() + " "
                + Hashes.sha256(Json.line(loaded.hashes())).substring(0, 12);
    }

    private void refuseDryRun() {
        if (dryRun) {
            throw new InputException("--dry-run is of use where requests cost something; drop it");
        }
    }

    private int local(ScoredFile file, JudgePrompts prompts, String word) throws IOException {
        refuseDryRun();
        FoundModel found = shell.models().find(word);
        ModelDirectory loaded = ModelDirectory.open(found.directory());
        JudgingPlan plan = new JudgingPlan(
                file, prompts, Aggregation.ofNumbers(), "local", named(found, loaded), LOCAL_VERSION, Map.of());
        LocalJudging judging = new LocalJudging(plan, loaded, directory("local-" + found.shortName()));
        JudgingOutcome outcome;
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            outcome = judging.run(onExisting.choice(), interruption.watch(shell.progress()));
        }
        return report(plan.identity(), outcome, Map.of());
    }

    private int remote(ScoredFile file, JudgePrompts prompts, String name) throws IOException {
        EndpointOptions.Chosen chosen = endpoint.choose(shell, name, !dryRun);
        Aggregation aggregation = samples == null ? Aggregation.ofTokens(numberTokens) : Aggregation.ofSamples(samples);
        JudgingPlan plan = new JudgingPlan(
                file,
                prompts,
                aggregation,
                "openai",
                name,
                JUDGE_VERSION,
                Map.of("base_url", chosen.endpoint().provider().baseUrl().toString()));
        return judge(new Judging(
                plan,
                chosen.endpoint(),
                directory("openai-" + name),
                endpoint.concurrency,
                endpoint.perMinute,
                endpoint.maxRequests,
                endpoint.maxCost,
                chosen.price()));
    }

    private int judge(Judging judging) throws IOException {
        if (dryRun) {
            Judging.Estimate estimate = judging.estimate(onExisting.choice());
            EstimateReport report = new EstimateReport(estimate);
            output.print(shell, report.json(), report::print);
            return ExitCode.OK;
        }
        JudgingOutcome outcome;
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            Waiting waiting = new Waiting(
                    interruption::pause, InstantSource.system(), CounterRandom.of(System.nanoTime(), "judge"));
            outcome = judging.run(onExisting.choice(), waiting, interruption.watch(shell.progress()));
        }
        if (outcome.replies() == 0 && outcome.stopped() != null) {
            throw new InputException(outcome.stopped());
        }
        return report(judging.plan().identity(), outcome, Map.of());
    }

    private int report(JudgeIdentity identity, JudgingOutcome outcome, Map<String, Mixture.Weight> mixture) {
        JudgingReport report = new JudgingReport(identity, outcome, mixture);
        output.print(shell, report.json(), report::print);
        report.remarks(shell.err());
        boolean nothing = outcome.metrics().stream().anyMatch(metric -> metric.scored() == 0);
        return outcome.complete() && !nothing ? ExitCode.OK : ExitCode.PARTIAL;
    }

    private Path answersPath() {
        return Objects.requireNonNull(answers);
    }

    /** {@code judged/NAME} in an evaluation, {@code ANSWERS.judged/NAME} beside a file. */
    private Path directory(String usual) throws IOException {
        Path of = answersPath();
        if (out != null) {
            if (name != null) {
                throw new InputException("--out says where the files go, so --name has no use; give one of them");
            }
            return out;
        }
        String chosen = name == null ? usual.replaceAll("[^A-Za-z0-9._-]+", "-") : name;
        Path place =
                Files.isDirectory(of) ? of.resolve(JudgedFiles.FOLDER) : of.resolveSibling(Names.stem(of) + ".judged");
        return place.resolve(Names.checked("judging", chosen));
    }
}
