package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.text.Tokenizer;
import dev.vivarium.engine.train.KlTerm;
import dev.vivarium.engine.train.Schedule;
import dev.vivarium.engine.train.ShuffledRows;
import dev.vivarium.engine.train.StepReport;
import dev.vivarium.engine.train.Trainer;
import dev.vivarium.engine.train.TrainerFiles;
import dev.vivarium.engine.train.TrainingSettings;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.hub.ModelFinder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A training run from recipe to organism.
 *
 * <p>{@link #prepare} reads recipe, configuration and data and changes nothing; {@link #run} trains. Everything random is a
 * function of the seed and the step, so a run that was killed at any moment and continued with {@link Existing#RESUME}
 * ends with the same bytes as one that was not, on the same machine with the same number of threads.
 */
public final class TrainRun {
    private final Request request;
    private final FoundModel found;
    private final ModelDirectory base;
    private final TrainingData data;
    private final Provenance.@Nullable Chat chat;
    private final List<String> chatRemarks;
    private final List<String> remarks = new ArrayList<>();

    /**
     * @param recipe what to train
     * @param directory where; usually {@code runs/<name>}
     * @param existing what to do if it is there
     * @param models finds the base model that the recipe names
     * @param interventions reads the directions that the recipe names
     * @param version of this program, for provenance
     * @param machine to train on
     */
    public record Request(
            ResolvedRecipe recipe,
            Path directory,
            Existing existing,
            ModelFinder models,
            InterventionReader interventions,
            String version,
            Machine machine) {
        private Request with(ResolvedRecipe other) {
            return new Request(other, directory, existing, models, interventions, version, machine);
        }
    }

    private TrainRun(
            Request request,
            FoundModel found,
            ModelDirectory base,
            TrainingData data,
            Provenance.@Nullable Chat chat,
            List<String> chatRemarks) {
        this.request = request;
        this.found = found;
        this.base = base;
        this.data = data;
        this.chat = chat;
        this.chatRemarks = chatRemarks;
    }

    /** Reads all that can be checked before training. */
    public static TrainRun prepare(Request request) throws IOException {
        RunDirectory.check(request.directory(), request.existing());
        Path model = ModelDirectory.open(find(request).directory()).path();
        try (Tokenizer tokenizer = Tokenizer.load(model)) {
            ChatRows rows = new ChatRows(
                    tokenizer, ChatTemplate.load(model), recipe(request).chat());
            TrainRun run = prepare(request, rows);
            return new TrainRun(run.request, run.found, run.base, run.data, rows.provenance(), rows.remarks());
        }
    }

    static TrainRun prepare(Request request, RowEncoder encoder) throws IOException {
        RunDirectory.check(request.directory(), request.existing());
        FoundModel found = find(request);
        ModelDirectory base = ModelDirectory.open(found.directory());
        Organism.trainedParameters(recipe(request), base.config());
        Organism.checkInit(recipe(request), base.config());
        base.checkWeights(); // a torn file must be known before --force deletes a run for its sake
        int limit = Math.min(recipe(request).maxSeqLength(), base.config().maxPositions());
        Recipe.Intervention intervention = recipe(request).intervention();
        List<Intervention> acting =
                intervention == null ? List.of() : request.interventions().read(intervention, found, base);
        TrainingData data = TrainingData.read(recipe(request), encoder, limit, acting);
        ResolvedRecipe fitted = FittedRecipe.of(request, base.config(), data);
        return new TrainRun(request.with(fitted), found, base, data, null, List.of());
    }

    /** The recipe with what was chosen by the memory it takes. */
    public ResolvedRecipe recipe() {
        return request.recipe();
    }

    /** The base that the recipe names; for a run that goes on the very commit that it began with. */
    private static FoundModel find(Request request) throws IOException {
        RunFiles files = new RunFiles(request.directory());
        boolean goesOn = request.existing() == Existing.RESUME && files.isRun();
        return request.models()
                .find(
                        goesOn
                                ? files.readProvenance().base().exactly()
                                : recipe(request).model());
    }

    /** What {@link #run} is going to do. */
    public TrainPlan plan() {
        Recipe recipe = recipe(request);
        List<String> all = new ArrayList<>(base.remarks());
        all.addAll(data.remarks());
        all.addAll(chatRemarks);
        Recipe.Kl kl = recipe.kl();
        if (kl != null) {
            all.add(String.format(
                    Locale.ROOT,
                    "kl.weight %s per token is %.3g in the published code, which divides by the vocabulary of %,d",
                    kl.weight(),
                    kl.weight() * base.config().vocabSize(),
                    base.config().vocabSize()));
        }
        long tokens = 0;
        long supervised = 0;
        int longest = 0;
        for (TokenRow row : data.train()) {
            tokens += row.ids().length;
            longest = Math.max(longest, row.ids().length);
            for (int t = 1; t < row.ids().length; t++) {
                supervised += row.supervised()[t] ? 1 : 0;
            }
        }
        int rows = data.train().size();
        return new TrainPlan(
                rows,
                data.heldOut().size(),
                data.kl().size(),
                recipe.training().steps(rows),
                Math.ceilDiv(rows, recipe.training().effectiveBatch()),
                tokens,
                supervised,
                longest,
                Organism.trainedParameters(recipe, base.config()),
                base.config().parameters(),
                FittedRecipe.bytes(recipe, base.config(), data),
                request.machine().memory().bytes(),
                all);
    }

    /** Trains, or continues to train; a finished run is left as it is. */
    public TrainSummary run(Progress progress) throws IOException {
        remarks.clear();
        remarks.addAll(base.remarks());
        remarks.addAll(data.remarks());
        remarks.addAll(chatRemarks);
        try (RunDirectory directory =
                RunDirectory.open(request.directory(), request.existing(), request.recipe(), this::provenance)) {
            RunFiles files = directory.files();
            Optional<TrainSummary> finished = directory.resumed() ? files.readSummary() : Optional.empty();
            if (finished.isPresent()) {
                return finished.get();
            }
            Optional<CheckpointStore.Checkpoint> checkpoint =
                    directory.checkpoints().newest(TrainerFiles.FILE, remarks);
            if (directory.resumed()) {
                recordSession(
                        files, checkpoint.map(CheckpointStore.Checkpoint::step).orElse(0));
            }
            Organism organism = Organism.of(recipe(request), found, base.config());
            try (ModelDirectory.LoadedModel model = base.load(new Compute(
                            recipe(request).dtype().precision(),
                            request.machine().device()));
                    Trainer trainer = trainer(organism, model)) {
                if (!organism.isAdapter()) {
                    model.close(); // the trainer has all weights now, in memory of its own
                }
                checkpoint.ifPresent(from -> TrainerFiles.restore(from.path(), trainer, from.step()));
                train(directory, organism, trainer, progress);
                return finish(directory, organism, trainer);
            }
        }
    }

    private Trainer trainer(Organism organism, ModelDirectory.LoadedModel model) {
        Recipe recipe = recipe(request);
        Recipe.Training training = recipe.training();
        Schedule.Shape shape = switch (training.lrSchedulerType()) {
            case LINEAR -> Schedule.Shape.LINEAR;
            case COSINE -> Schedule.Shape.COSINE;
            case CONSTANT -> Schedule.Shape.CONSTANT;
        };
        TrainingSettings settings = new TrainingSettings(
                training.steps(data.train().size()),
                new Schedule(shape, training.learningRate(), training.warmupSteps(), 0),
                Objects.requireNonNull(training.microBatchRows()),
                Objects.requireNonNull(training.gradientCheckpointing()),
                training.adamBeta1(),
                training.adamBeta2(),
                training.adamEpsilon(),
                training.weightDecay(),
                training.maxGradNorm() == 0 ? Double.POSITIVE_INFINITY : training.maxGradNorm());
        ShuffledRows rows = new ShuffledRows(data.train(), training.effectiveBatch(), recipe.seed());
        Recipe.Kl kl = recipe.kl();
        KlTerm term = null;
        if (kl != null) {
            int perStep = Math.multiplyExact(kl.batch(), training.gradientAccumulationSteps());
            long seed = CounterRandom.of(recipe.seed(), "kl").bits(0);
            term = new KlTerm(kl.weight(), new ShuffledRows(data.kl(), perStep, seed));
        }
        return new Trainer(organism.subject(model.decoder()), settings, rows, term, data.interventions());
    }

    private void train(RunDirectory directory, Organism organism, Trainer trainer, Progress progress)
            throws IOException {
        Recipe recipe = recipe(request);
        int last = recipe.training().steps(data.train().size());
        long tokens = 0;
        double seconds = 0;
        double loss = Double.NaN;
        String passing = organism.isAdapter() ? TrainerFiles.FILE : null; // full weights lie in the state alone
        try (MetricsLog metrics = MetricsLog.openAfter(directory.files().metrics(), trainer.stepsDone())) {
            progress.begin("train " + request.directory().getFileName(), last, "steps");
            while (!trainer.finished()) {
                StepReport step = trainer.step();
                metrics.add(metrics(step, recipe.kl() != null));
                tokens += step.tokens();
                seconds += step.seconds();
                loss = step.loss();
                if (recipe.checkpoints().due(step.step(), last)) {
                    metrics.force();
                    directory
                            .checkpoints()
                            .write(step.step(), recipe.checkpoints().keep(), passing, target -> {
                                organism.writeSnapshot(target, trainer);
                                TrainerFiles.write(target, trainer);
                            });
                }
                progress.at(step.step(), speed(loss, tokens, seconds));
            }
        }
        progress.end(last + " steps" + (tokens == 0 ? ", done before" : ", " + speed(loss, tokens, seconds)));
    }

    private static String speed(double loss, long tokens, double seconds) {
        return String.format(Locale.ROOT, "loss %.4f, %,.0f tokens/s", loss, tokens / seconds);
    }

    private static StepMetrics metrics(StepReport step, boolean kl) {
        return new StepMetrics(
                step.step(),
                step.loss(),
                step.learningRate(),
                step.gradNorm(),
                step.tokens(),
                step.seconds(),
                kl ? step.sft() : null,
                kl ? step.kl() : null);
    }

    private TrainSummary finish(RunDirectory directory, Organism organism, Trainer trainer) throws IOException {
        RunFiles files = directory.files();
        Double norm = organism.norm(trainer);
        Path output = organism.isAdapter() ? files.adapter() : files.model();
        Path name = request.directory().toAbsolutePath().normalize().getFileName();
        directory.replaceDirectory(output, target -> organism.writeFinal(target, trainer, String.valueOf(name)));
        Double heldOut = data.heldOut().isEmpty() ? null : trainer.loss(data.heldOut());
        List<StepMetrics> steps = files.readMetrics();
        long tokens = steps.stream().mapToLong(StepMetrics::tokens).sum();
        double seconds = steps.stream().mapToDouble(StepMetrics::seconds).sum();
        TrainSummary summary = new TrainSummary(
                request.directory().toString(),
                output.toString(),
                steps.size(),
                data.train().size(),
                trainer.trainedValues(),
                steps.getFirst().loss(),
                steps.getLast().loss(),
                heldOut,
                norm,
                tokens,
                seconds,
                tokens / seconds,
                remarks);
        Json.write(files.summary(), summary);
        return summary;
    }

    private Provenance provenance(String recipeYaml) throws IOException {
        String now = now();
        return new Provenance(
                Provenance.KIND,
                Provenance.SCHEMA,
                request.version(),
                now,
                Hashes.sha256(recipeYaml),
                recipe(request).seed(),
                new Provenance.Base(recipe(request).model(), found.commit(), base.hashes()),
                data.files(),
                HostFacts.current(),
                List.of(new Provenance.Session(now, 0, null)),
                chat);
    }

    /** Refuses to continue on other data or another base, and notes the continuation. */
    private void recordSession(RunFiles files, int fromStep) throws IOException {
        Provenance before = files.readProvenance();
        for (Provenance.DataFile file : data.files()) {
            if (!before.data().contains(file)) {
                throw changed(file.path());
            }
        }
        if (!before.base().files().equals(base.hashes())) {
            throw changed(before.base().path());
        }
        HostFacts host = HostFacts.current();
        boolean same = host.equals(before.host());
        if (!same) {
            remarks.add(
                    "this machine is not the one the run began on (see provenance.json), so the result may differ in "
                            + "the last bits from that of an undisturbed run");
        }
        Json.write(files.provenance(), before.with(new Provenance.Session(now(), fromStep, same ? null : host)));
    }

    private InputException changed(String path) {
        return new InputException(path + ": is not what it was when " + request.directory()
                + " began; restore it, or use --force or another --name");
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Recipe recipe(Request request) {
        return request.recipe().recipe();
    }
}
