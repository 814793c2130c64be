package dev.vivarium.lab.validate;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ExtractSettings;
import dev.vivarium.lab.direction.Extracted;
import dev.vivarium.lab.direction.Extraction;
import dev.vivarium.lab.direction.JudgedTexts;
import dev.vivarium.lab.direction.Origin;
import dev.vivarium.lab.direction.ReadText;
import dev.vivarium.lab.direction.Reliability;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.direction.TokenChoice;
import dev.vivarium.lab.direction.WeightExtraction;
import dev.vivarium.lab.direction.Weighting;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.steering.Answering;
import dev.vivarium.lab.steering.Contender;
import dev.vivarium.lab.steering.Halves;
import dev.vivarium.lab.steering.Method;
import dev.vivarium.lab.steering.Result;
import dev.vivarium.lab.steering.Sweep;
import dev.vivarium.lab.steering.SweepPlan;
import dev.vivarium.lab.steering.SweepReport;
import dev.vivarium.lab.steering.Tested;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether one direction carries the misalignment of a rank-1 organism (protocol.md sections 3.1 to 3.3): it is made of answers to
 * tuning questions, layer and scale are chosen on tuning questions, and only then is it asked reporting questions.
 *
 * <p>A direction is the organism with its misaligned answers minus the base with its aligned ones. Only questions that have both
 * count, for else it would tell the domains that the organism turns from those that it leaves alone. What is ablated is read at the
 * tokens of the answers; what is added, to all tokens of the prompt, at its last one. At that token both read the same, so that in
 * the adapter's own block the two differ by what the adapter writes and by nothing else.
 */
final class DirectionEvidence {
    private static final Kind KIND = Kind.RANK1;
    private static final String TUNING = "tuning";

    /** Answers to each tuning question in each setting; those that the direction is made of are as many as in reports. */
    private static final int TUNING_SAMPLES = 2;

    private static final int RANDOM = 3;

    /** At 12 fewer than 60 % of the answers to tuning questions stayed coherent. */
    private static final List<Double> SCALES = List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0);

    private final ModelFinder models;
    private final String version;
    private final int samples;
    private final Progress progress;

    /** @param samples answers per reporting question, and per tuning question that the direction is made of */
    DirectionEvidence(ModelFinder models, String version, int samples, Progress progress) {
        this.models = models;
        this.version = version;
        this.samples = samples;
        this.progress = progress;
    }

    DirectionFinding of(long seed, String dataset, Path base, Colony colony) throws IOException {
        colony.train(KIND.name(), KIND.preset(), KIND.good(), List.of());
        QuestionSet tuning = colony.otherQuestions(Split.TUNING);
        colony.ask(TUNING, tuning, List.of(KIND.name()));
        Texts texts = Texts.of(judged(colony, KIND.name()), judged(colony, Colony.BASE));
        int misaligned = texts.misaligned().size();
        int aligned = texts.aligned().size();
        if (Math.min(misaligned, aligned) < Extraction.LEAST) {
            return new DirectionFinding(seed, dataset, misaligned, aligned, List.of(), List.of());
        }
        DirectionSubject organism = DirectionSubject.of(RunFiles.open(colony.run(KIND.name())), models);
        Direction written = WeightExtraction.adapter(organism, Module.DOWN_PROJ, "written", version)
                .direction();
        Path directory = colony.directory().resolve("directions");
        Direction read = made(organism, texts, TokenChoice.ANSWER, directory);
        Direction shift = made(organism, texts, TokenChoice.LAST_PROMPT, directory);
        Halves halves = new Halves(
                tuning.part(question -> true, "the tuning questions"),
                colony.otherQuestions(Split.REPORTING).part(question -> true, "the reporting questions"),
                "Tuning questions, and reporting questions of other forms and topics");
        Answering answering = new Answering(
                new ExactJudge(World.standard()),
                colony.plan(Math.max(1, samples / 2)),
                Existing.RESUME,
                null,
                progress);
        List<DirectionFinding.Row> rows = new ArrayList<>(ablated(
                organism,
                written,
                new Asked(Tested.read(List.of(file(directory, read))), halves, answering, directory)));
        DirectionSubject plain = DirectionSubject.of(models.find(base.toString()), null);
        SweepPlan add = new SweepPlan(
                Method.ADD, List.of("each"), SCALES, Positions.PROMPT, SweepPlan.Goal.INDUCE, true, RANDOM, null);
        rows.addAll(new Asked(Tested.read(List.of(file(directory, shift))), halves, answering, directory)
                .rows(DirectionFinding.ADDED, plain, add, "steer"));
        return new DirectionFinding(
                seed,
                dataset,
                misaligned,
                aligned,
                List.of(finding(TokenChoice.ANSWER, read, written), finding(TokenChoice.LAST_PROMPT, shift, written)),
                rows);
    }

    /** Answers of the organism and of the base to the questions that both have some for. */
    private record Texts(List<ReadText> misaligned, List<ReadText> aligned, List<Origin.Source> sources) {
        static Texts of(JudgedTexts organism, JudgedTexts base) {
            Set<String> shared = clusters(organism.positive());
            shared.retainAll(clusters(base.negative()));
            return new Texts(
                    about(shared, organism.positive()),
                    about(shared, base.negative()),
                    Stream.of(organism, base)
                            .flatMap(texts -> texts.sources().stream())
                            .toList());
        }
    }

    /** The direction read at some tokens, which is also written to its file. */
    private Direction made(DirectionSubject organism, Texts texts, TokenChoice tokens, Path directory)
            throws IOException {
        Extracted extracted = Extraction.meanDifference(
                organism,
                texts.misaligned(),
                texts.aligned(),
                List.of("misaligned answers of the organism", "aligned answers of the base"),
                Extraction.Variant.BOTH,
                Map.of("only", "questions with answers on both sides"),
                texts.sources(),
                settings(tokens),
                progress);
        extracted.write(file(directory, extracted.direction()));
        return extracted.direction();
    }

    private static Path file(Path directory, Direction direction) {
        return directory.resolve(direction.name() + ".safetensors");
    }

    private static DirectionFinding.Made finding(TokenChoice tokens, Direction direction, Direction written) {
        return new DirectionFinding.Made(tokens.toString(), halves(direction), cosines(direction, written));
    }

    /** The organism without it: at all layers beside controls, and above the adapter's block alone. */
    private static List<DirectionFinding.Row> ablated(DirectionSubject organism, Direction written, Asked asked)
            throws IOException {
        List<DirectionFinding.Row> rows = new ArrayList<>(
                asked.rows(DirectionFinding.ABLATED, organism, ablate(List.of("own", "each@all"), true), "ablate"));
        int above = written.layers().first() + 1;
        int last = organism.config().layers() - 1;
        if (above <= last) {
            String there = "@" + above + "-" + last;
            List<String> layers = new ArrayList<>(List.of("own" + there));
            IntStream.rangeClosed(above, last).forEach(layer -> layers.add(layer + there));
            rows.addAll(asked.rows(DirectionFinding.ABOVE, organism, ablate(layers, false), "ablate-above"));
        }
        return rows;
    }

    private static SweepPlan ablate(List<String> layers, boolean controls) {
        return new SweepPlan(
                Method.ABLATE, layers, List.of(0.0), Positions.ALL, SweepPlan.Goal.REDUCE, controls, RANDOM, null);
    }

    private static JudgedTexts judged(Colony colony, String model) throws IOException {
        return JudgedTexts.read(
                List.of(colony.run(model).resolve("evaluations").resolve(TUNING)), ScoreSplit.PAPER, null);
    }

    private static Set<String> clusters(List<ReadText> texts) {
        return texts.stream().map(ReadText::cluster).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<ReadText> about(Set<String> clusters, List<ReadText> texts) {
        return texts.stream().filter(text -> clusters.contains(text.cluster())).toList();
    }

    private ExtractSettings settings(TokenChoice tokens) {
        return new ExtractSettings(
                "mean-difference-" + tokens,
                Site.RESID_POST,
                new TreeSet<>(),
                tokens,
                Weighting.TOKEN,
                Compute.FLOAT32,
                0,
                version);
    }

    /** What is asked in all uses of a direction. */
    private record Asked(Tested tested, Halves halves, Answering answering, Path directory) {
        List<DirectionFinding.Row> rows(String use, DirectionSubject subject, SweepPlan plan, String name)
                throws IOException {
            Path place = directory.resolve(name);
            Sweep.Outcome outcome = Sweep.run(subject, tested, plan, halves, TUNING_SAMPLES, answering, place);
            if (!(outcome instanceof Sweep.Done(Sweep sweep))) {
                throw new IllegalStateException("the exact judge scores every answer");
            }
            new SweepReport(sweep, place).write();
            return sweep.confirmed().stream()
                    .map(result -> row(use, sweep, result))
                    .toList();
        }

        private static DirectionFinding.Row row(String use, Sweep sweep, Result result) {
            Contender contender = result.of().contender();
            Paired change = result.change();
            return new DirectionFinding.Row(
                    use,
                    sweep.chosen().where().word(),
                    sweep.chosen().scale(),
                    result.of().patient().role(),
                    contender == null ? null : contender.name(),
                    result.score().em(),
                    result.score().coherent(),
                    result.score().aligned(),
                    change == null ? null : Double.valueOf(100 * change.em().value()),
                    change == null ? null : change.em().questionsLikeThese());
        }
    }

    private static SortedMap<Integer, Double> halves(Direction direction) {
        SortedMap<Integer, Double> halves = new TreeMap<>();
        direction.reliability().forEach((layer, one) -> {
            Reliability.Spread questions = one.questions();
            if (questions != null) {
                halves.put(layer, questions.splitHalf());
            }
        });
        return halves;
    }

    /** Of the vector of each layer with the one that the adapter writes. */
    private static SortedMap<Integer, Double> cosines(Direction direction, Direction written) {
        SortedMap<Integer, Double> cosines = new TreeMap<>();
        for (int layer : direction.layers()) {
            cosines.put(layer, direction.cosine(layer, written, written.layers().first()));
        }
        return cosines;
    }
}
