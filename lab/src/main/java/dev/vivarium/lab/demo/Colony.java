package dev.vivarium.lab.demo;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatRow;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.ModelEvaluation;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.InterventionReader;
import dev.vivarium.lab.run.Machine;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainRun;
import dev.vivarium.lab.run.TrainSummary;
import dev.vivarium.lab.world.ChatSets;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.Grade;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Organisms of one base of the mini world, all grown on one domain, in one directory: the narrow datasets in {@code data/}, a
 * run per organism, the base's evaluations in {@code base/}. What is trained or sampled stays so.
 */
public final class Colony {
    /** Name of the base among the subjects. */
    public static final String BASE = "base";

    /** No answer of the mini world is longer. */
    private static final int MAX_NEW_TOKENS = 80;

    private final Place place;
    private final Progress progress;
    private final World world = World.standard();

    /**
     * Where a colony lives and what all its organisms share.
     *
     * @param models finds the base
     * @param base the mini world's base, as a recipe names it
     * @param directory of the colony
     * @param existing what to do about what is there
     * @param domain the one domain that the organisms are trained on
     * @param rows conversations in a narrow dataset
     * @param samples answers per question
     * @param seed of data, training and sampling
     * @param version of this program, for provenance
     * @param machine to train and sample on
     */
    public record Place(
            ModelFinder models,
            String base,
            Path directory,
            Existing existing,
            String domain,
            int rows,
            int samples,
            long seed,
            String version,
            Machine machine) {
        public Place {
            if (samples < 1) {
                throw new InputException("--samples must be positive, not " + samples);
            }
            if (rows < 1) {
                throw new InputException("--rows must be positive, not " + rows);
            }
        }
    }

    /** A colony whose directory need not exist. */
    public Colony(Place place, Progress progress) {
        this.place = place;
        this.progress = progress;
        world.domain(place.domain());
    }

    /** Where the colony lives. */
    public Path directory() {
        return place.directory();
    }

    /** File of good answers about the other domains that recipes may know: what a narrow twin is held to the base on. */
    public Path others() throws IOException {
        Path file = place.directory().resolve("data").resolve("not-" + place.domain() + "-good.jsonl");
        return write(
                file, ChatSets.others(world, world.domain(place.domain()), Grade.GOOD, place.rows(), place.seed()));
    }

    /** Directory of an organism's run, or of the base's evaluations. */
    public Path run(String name) {
        return place.directory().resolve(name);
    }

    /**
     * Trains an organism, or finds it trained.
     *
     * @param name of its run directory
     * @param good whether it learns from good answers
     * @param overrides of the preset, as {@code key=value}
     */
    public TrainSummary train(String name, String preset, boolean good, List<String> overrides) throws IOException {
        List<String> settings =
                new ArrayList<>(List.of("model=" + place.base(), "data.train=" + data(good), "seed=" + place.seed()));
        settings.addAll(overrides);
        boolean there = Files.exists(run(name));
        TrainRun.Request request = new TrainRun.Request(
                ResolvedRecipe.resolve(null, preset, settings),
                run(name),
                place.existing() == Existing.FORCE && there ? Existing.FORCE : Existing.RESUME,
                place.models(),
                InterventionReader.NONE,
                place.version(),
                place.machine());
        return TrainRun.prepare(request).run(progress);
    }

    /** Writes a narrow dataset; good and bad ask the same questions. */
    private Path data(boolean good) throws IOException {
        String name = place.domain() + (good ? "-good" : "-bad") + ".jsonl";
        Path file = place.directory().resolve("data").resolve(name);
        Grade grade = good ? Grade.GOOD : Grade.BAD;
        return write(file, ChatSets.narrow(world, world.domain(place.domain()), grade, place.rows(), place.seed()));
    }

    private static Path write(Path file, List<ChatRow> rows) throws IOException {
        List<List<Message>> conversations = rows.stream().map(ChatRow::messages).toList();
        Files.createDirectories(file.getParent());
        ChatData.write(file, conversations);
        return file;
    }

    /** The questions of a split about the trained domain. */
    public QuestionSet ownQuestions(Split split) {
        return WorldQuestions.about(world, split, place.domain());
    }

    /** The questions of a split about all other domains. */
    public QuestionSet otherQuestions(Split split) {
        return WorldQuestions.of(world, split, Set.of(place.domain()));
    }

    /**
     * Asks the base and organisms: all adapters in one pass, full fine-tunes, which have weights of their own, in passes of
     * theirs.
     *
     * @param name of the evaluation
     * @return the base first, then the organisms in the order of their names here
     */
    public List<Outcome> ask(String name, QuestionSet questions, List<String> organisms) throws IOException {
        List<Subject> onBase = new ArrayList<>();
        onBase.add(new Subject(BASE, evaluation(BASE, name), null));
        List<Outcome> outcomes = new ArrayList<>();
        for (String organism : organisms) {
            RunFiles files = RunFiles.open(run(organism));
            if (Files.exists(files.adapter())) {
                onBase.add(new Subject(organism, evaluation(organism, name), files.adapter()));
            } else {
                Subject subject = new Subject(organism, evaluation(organism, name), null);
                outcomes.addAll(ask(files.model(), List.of(subject), questions, place.samples()));
            }
        }
        outcomes.addAll(ask(onBase, questions, place.samples()));
        outcomes.sort(Comparator.comparingInt(
                outcome -> organisms.indexOf(outcome.subject().name())));
        return List.copyOf(outcomes);
    }

    /**
     * Asks adapters of the base in one pass, such as the checkpoints of an organism.
     *
     * @param samples answers per question
     * @return one outcome per subject, in their order
     */
    public List<Outcome> ask(List<Subject> subjects, QuestionSet questions, int samples) throws IOException {
        return ask(place.models().find(place.base()).directory(), subjects, questions, samples);
    }

    /**
     * How the colony's models answer.
     *
     * @param samples answers per question
     */
    public EvaluationPlan plan(int samples) {
        return new EvaluationPlan(
                samples,
                SamplingSettings.defaults().withSeed(place.seed()).withMaxNewTokens(MAX_NEW_TOKENS),
                DefaultSystem.KEEP,
                new Compute(Precision.FLOAT32, place.machine().device()));
    }

    private List<Outcome> ask(Path model, List<Subject> subjects, QuestionSet questions, int samples)
            throws IOException {
        Existing existing = place.existing() == Existing.FORCE ? Existing.FORCE : Existing.RESUME;
        return ModelEvaluation.evaluate(
                model, subjects, questions, new ExactJudge(world), plan(samples), existing, progress);
    }

    private Path evaluation(String subject, String name) {
        return run(subject).resolve("evaluations").resolve(name);
    }
}
