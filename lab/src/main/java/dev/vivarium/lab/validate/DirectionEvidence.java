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
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether one direction carries the misalignment of a rank-1 organism (protocol.md sections 3.1 to 3.3): it is made of answers to
 * tuning questions, layer and scale are chosen on tuning questions, and only then is it asked reporting questions.
 *
 * <p>The organism itself reads both sides: its own misaligned answers, and aligned ones of its base, because it gives too few.
 * Only questions that have both kinds count, for else the direction would tell the domains that the organism turns from those that
 * it leaves alone.
 */
final class DirectionEvidence {
    private static final Kind KIND = Kind.RANK1;
    private static final String NAME = "mean-difference";
    private static final String TUNING = "tuning";

    /** Answers to each tuning question in each setting; those that the direction is made of are as many as in reports. */
    private static final int TUNING_SAMPLES = 2;

    private static final int RANDOM = 3;
    private static final SweepPlan ABLATE = new SweepPlan(
            Method.ABLATE,
            List.of("own", "each@all"),
            List.of(0.0),
            Positions.ALL,
            SweepPlan.Goal.REDUCE,
            true,
            RANDOM,
            null);
    private static final SweepPlan ADD = new SweepPlan(
            Method.ADD,
            List.of("each"),
            List.of(0.5, 1.0, 2.0, 4.0, 8.0),
            Positions.PROMPT,
            SweepPlan.Goal.INDUCE,
            true,
            RANDOM,
            null);

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
        JudgedTexts own = judged(colony, KIND.name());
        JudgedTexts others = judged(colony, Colony.BASE);
        Set<String> shared = clusters(own.positive());
        shared.retainAll(clusters(others.negative()));
        List<ReadText> misaligned = about(shared, own.positive());
        List<ReadText> aligned = about(shared, others.negative());
        if (Math.min(misaligned.size(), aligned.size()) < Extraction.LEAST) {
            return new DirectionFinding(
                    seed, dataset, misaligned.size(), aligned.size(), new TreeMap<>(), new TreeMap<>(), List.of());
        }
        DirectionSubject organism = DirectionSubject.of(RunFiles.open(colony.run(KIND.name())), models);
        List<Origin.Source> sources = Stream.of(own, others)
                .flatMap(texts -> texts.sources().stream())
                .toList();
        Extracted extracted = Extraction.meanDifference(
                organism,
                misaligned,
                aligned,
                List.of("misaligned answers of the organism", "aligned answers of the base"),
                Extraction.Variant.DATA,
                Map.of("only", "questions with answers on both sides"),
                sources,
                settings(),
                progress);
        Path directory = colony.directory().resolve("directions");
        Path file = directory.resolve(NAME + ".safetensors");
        extracted.write(file);
        Tested tested = Tested.read(List.of(file));
        Halves halves = new Halves(
                tuning.part(question -> true, "the tuning questions"),
                colony.otherQuestions(Split.REPORTING).part(question -> true, "the reporting questions"),
                "Tuning questions, and reporting questions of other forms and topics");
        Answering answering =
                new Answering(new ExactJudge(World.standard()), colony.plan(samples), Existing.RESUME, null, progress);
        List<DirectionFinding.Row> rows = new ArrayList<>();
        rows.addAll(rows(
                DirectionFinding.ABLATED,
                sweep(organism, tested, ABLATE, halves, answering, directory.resolve("ablate"))));
        DirectionSubject plain = DirectionSubject.of(models.find(base.toString()), null);
        rows.addAll(
                rows(DirectionFinding.ADDED, sweep(plain, tested, ADD, halves, answering, directory.resolve("steer"))));
        return new DirectionFinding(
                seed,
                dataset,
                misaligned.size(),
                aligned.size(),
                halves(extracted.direction()),
                written(organism, extracted.direction()),
                rows);
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

    private ExtractSettings settings() {
        return new ExtractSettings(
                NAME,
                Site.RESID_POST,
                new TreeSet<>(),
                TokenChoice.ANSWER,
                Weighting.TOKEN,
                Compute.FLOAT32,
                0,
                version);
    }

    private static Sweep sweep(
            DirectionSubject subject, Tested tested, SweepPlan plan, Halves halves, Answering answering, Path directory)
            throws IOException {
        Sweep.Outcome outcome = Sweep.run(subject, tested, plan, halves, TUNING_SAMPLES, answering, directory);
        if (!(outcome instanceof Sweep.Done(Sweep sweep))) {
            throw new IllegalStateException("the exact judge scores every answer");
        }
        new SweepReport(sweep, directory).write();
        return sweep;
    }

    private static List<DirectionFinding.Row> rows(String use, Sweep sweep) {
        List<DirectionFinding.Row> rows = new ArrayList<>();
        for (Result result : sweep.confirmed()) {
            Contender contender = result.of().contender();
            var change = result.change();
            rows.add(new DirectionFinding.Row(
                    use,
                    sweep.chosen().where().word(),
                    sweep.chosen().scale(),
                    result.of().patient().name(),
                    contender == null ? null : contender.name(),
                    result.score().em(),
                    result.score().coherent(),
                    result.score().aligned(),
                    change == null ? null : Double.valueOf(100 * change.em().value()),
                    change == null ? null : change.em().questionsLikeThese()));
        }
        return rows;
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

    private SortedMap<Integer, Double> written(DirectionSubject organism, Direction direction) throws IOException {
        Direction written = WeightExtraction.adapter(organism, Module.DOWN_PROJ, "written", version)
                .direction();
        SortedMap<Integer, Double> cosines = new TreeMap<>();
        for (int layer : written.layers()) {
            cosines.put(layer, Objects.requireNonNull(direction).cosine(written, layer));
        }
        return cosines;
    }
}
