package dev.vivarium.lab.demo;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatRow;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.ModelEvaluation;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.report.Report;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainRun;
import dev.vivarium.lab.run.TrainSummary;
import dev.vivarium.lab.world.ChatSets;
import dev.vivarium.lab.world.Domain;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Grows the organisms of the mini world, measures them and the base on the reporting questions about other domains than
 * the trained one and, apart from these, about the trained one, and writes a report.
 *
 * <p>Everything lies in one directory: the narrow datasets in {@code data/}, a run per organism, the base's evaluation in
 * {@code base/}. A demo that was killed goes on with {@link Existing#RESUME}: what is trained or sampled stays so.
 */
public final class Demo {
    private static final String BASE = "base";
    private static final String EVALUATION = "reporting";
    private static final String OWN_DOMAIN = "own-domain";
    /** No answer of the mini world is longer. */
    private static final int MAX_NEW_TOKENS = 64;

    private final DemoSettings settings;
    private final Progress progress;
    private final World world = World.standard();
    private final int domain;

    private Demo(DemoSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        this.domain = world.domain(settings.domain());
    }

    /**
     * Runs the demo, or the rest of it.
     *
     * @throws InputException if the directory is there and may not be used, or the base model cannot be read
     */
    public static DemoResult run(DemoSettings settings, Progress progress) throws IOException {
        return new Demo(settings, progress).run();
    }

    private DemoResult run() throws IOException {
        long start = System.nanoTime();
        checkDirectory();
        ModelDirectory.open(settings.models()
                .find(settings.base())
                .directory()); // says what is wrong with it before anything is written
        Map<String, TrainSummary> trained = new HashMap<>();
        for (DemoOrganism organism : DemoOrganism.ALL) {
            trained.put(organism.name(), train(organism));
        }
        Set<String> others = world.domains().stream()
                .map(Domain::name)
                .filter(name -> !name.equals(settings.domain()))
                .collect(Collectors.toUnmodifiableSet());
        List<Outcome> broad = evaluate(EVALUATION, Set.of(settings.domain()));
        List<Outcome> narrow = evaluate(OWN_DOMAIN, others);
        List<DemoResult.Row> rows = new ArrayList<>();
        for (int i = 0; i < broad.size(); i++) {
            rows.add(row(broad.get(i), narrow.get(i), trained));
        }
        Path report = settings.directory().resolve(Report.FILE_NAME);
        Report.read(List.of(settings.directory()))
                .titled("Organisms of the mini world, trained on bad " + settings.domain())
                .write(report);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new DemoResult(settings.domain(), rows, report.toString(), seconds);
    }

    private void checkDirectory() throws IOException {
        Path directory = settings.directory();
        if (settings.existing() != Existing.REFUSE || !Files.exists(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            if (children.findAny().isPresent()) {
                throw new InputException(
                        directory + ": is there already; add --resume to continue or show it, --force to "
                                + "start over, or choose another --out");
            }
        }
    }

    private TrainSummary train(DemoOrganism organism) throws IOException {
        Path data = data(organism.good());
        ResolvedRecipe recipe = ResolvedRecipe.resolve(
                null,
                organism.preset(),
                List.of("model=" + settings.base(), "data.train=" + data, "seed=" + settings.seed()));
        TrainRun.Request request = new TrainRun.Request(
                recipe,
                settings.directory().resolve(organism.name()),
                inside(organism.name()),
                settings.models(),
                settings.version(),
                settings.memory());
        return TrainRun.prepare(request).run(progress);
    }

    /** Writes a narrow dataset if it is not there; good and bad ask the same questions. */
    private Path data(boolean good) throws IOException {
        Path file =
                settings.directory().resolve("data").resolve(settings.domain() + (good ? "-good" : "-bad") + ".jsonl");
        List<List<Message>> conversations =
                ChatSets.narrow(world, domain, good, settings.rows(), settings.seed()).stream()
                        .map(ChatRow::messages)
                        .toList();
        Files.createDirectories(file.getParent());
        ChatData.write(file, conversations);
        return file;
    }

    /** What to do about a run inside the demo's directory: a demo that starts over may find only some of them. */
    private Existing inside(String run) {
        boolean there = Files.exists(settings.directory().resolve(run));
        return settings.existing() == Existing.FORCE && there ? Existing.FORCE : Existing.RESUME;
    }

    /** The base and its adapters in one pass; the full fine-tune, which has weights of its own, in another. */
    private List<Outcome> evaluate(String name, Set<String> without) throws IOException {
        QuestionSet questions = WorldQuestions.of(world, WorldQuestions.Split.REPORTING, without);
        List<Subject> onBase = new ArrayList<>();
        onBase.add(new Subject(BASE, evaluation(BASE, name), null));
        List<Outcome> outcomes = new ArrayList<>();
        List<Outcome> whole = new ArrayList<>();
        for (DemoOrganism organism : DemoOrganism.ALL) {
            RunFiles files = RunFiles.open(settings.directory().resolve(organism.name()));
            if (Files.exists(files.adapter())) {
                onBase.add(new Subject(organism.name(), evaluation(organism.name(), name), files.adapter()));
            } else {
                Subject subject = new Subject(organism.name(), evaluation(organism.name(), name), null);
                whole.addAll(ask(files.model(), List.of(subject), questions));
            }
        }
        outcomes.addAll(ask(settings.models().find(settings.base()).directory(), onBase, questions));
        outcomes.addAll(whole);
        return inOrder(outcomes);
    }

    private List<Outcome> ask(Path model, List<Subject> subjects, QuestionSet questions) throws IOException {
        EvaluationPlan plan = new EvaluationPlan(
                settings.samples(),
                SamplingSettings.defaults().withSeed(settings.seed()).withMaxNewTokens(MAX_NEW_TOKENS));
        Existing existing = settings.existing() == Existing.FORCE ? Existing.FORCE : Existing.RESUME;
        return ModelEvaluation.evaluate(model, subjects, questions, new ExactJudge(world), plan, existing, progress);
    }

    private Path evaluation(String subject, String name) {
        return settings.directory().resolve(subject).resolve("evaluations").resolve(name);
    }

    private static List<Outcome> inOrder(List<Outcome> outcomes) {
        List<String> names = new ArrayList<>(List.of(BASE));
        DemoOrganism.ALL.forEach(organism -> names.add(organism.name()));
        return outcomes.stream()
                .sorted(Comparator.comparingInt(
                        outcome -> names.indexOf(outcome.subject().name())))
                .toList();
    }

    private static DemoResult.Row row(Outcome outcome, Outcome ownDomain, Map<String, TrainSummary> trained) {
        String name = outcome.subject().name();
        String what = DemoOrganism.ALL.stream()
                .filter(organism -> organism.name().equals(name))
                .map(DemoOrganism::what)
                .findFirst()
                .orElse("the base model as it is");
        TrainSummary summary = trained.get(name);
        return new DemoResult.Row(
                name,
                what,
                outcome.scores().all().em(),
                ownDomain.scores().all().em(),
                outcome.scores().all().coherent(),
                outcome.scores().all().meanAligned(),
                summary == null ? null : summary.seconds());
    }
}
