package dev.vivarium.lab.validate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.Machine;
import dev.vivarium.lab.world.CorpusKind;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Grows and measures everything that the mini world claims to show, on bases of several pretraining seeds. What is on disk
 * stays so: a validation that was broken off goes on where it was, and parts can be measured one by one ({@link
 * ValidationResult}).
 */
public final class Validation {
    /** File of the figures, in the validation's directory. */
    public static final String FILE = "validation.json";

    private static final String REPORTING = "reporting";
    private static final String OWN = "own-domain";

    private final Settings settings;
    private final Progress progress;
    private final Bases bases;

    /** A part of the validation. */
    public enum Part {
        /** Base and organisms of all kinds. */
        RATES,
        /** One rank-1 adapter on every layer in turn, on the first dataset. */
        DEPTH,
        /** Corpora without a persona at matched narrow rates. */
        CONTROLS,
        /** Whether fine-tuning moves activations along the persona of pretraining. */
        PERSONA,
        /** The mean-difference direction of the rank-1 organism, ablated and added. */
        DIRECTIONS,
        /** Several trainings of the rank-1 organism on the first dataset, step by step. */
        DYNAMICS
    }

    /**
     * What to validate and where.
     *
     * @param base directory of the base that is shipped; others are grown by its recipe
     * @param directory of bases, runs and figures
     * @param seeds number of pretraining seeds
     * @param datasets domains to train on
     * @param parts to do
     * @param controls corpora without a persona to measure beside the one with it; each has a base of its own
     * @param rows conversations in a narrow dataset
     * @param samples answers per question
     * @param machine to train and sample on
     */
    public record Settings(
            ModelFinder models,
            Path base,
            Path directory,
            int seeds,
            List<String> datasets,
            Set<Part> parts,
            Set<CorpusKind> controls,
            int rows,
            int samples,
            String version,
            Machine machine) {
        public Settings {
            datasets = List.copyOf(datasets);
            parts = parts.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts);
            if (controls.contains(CorpusKind.PERSONA)) {
                throw new InputException("--controls are corpora without a persona: per_domain, per_sentence");
            }
            controls = controls.isEmpty()
                    ? EnumSet.complementOf(EnumSet.of(CorpusKind.PERSONA))
                    : EnumSet.copyOf(controls);
            if (seeds < 1) {
                throw new InputException("--seeds must be at least 1, not " + seeds);
            }
            if (datasets.isEmpty()) {
                throw new InputException("--domains names no domain");
            }
        }
    }

    private Validation(Settings settings, Progress progress) throws IOException {
        this.settings = settings;
        this.progress = progress;
        settings.datasets().forEach(World.standard()::domain);
        this.bases = new Bases(
                settings.base(),
                settings.directory().resolve("bases"),
                settings.machine().device(),
                progress);
    }

    /** Runs the validation, or the rest of it, and writes {@value #FILE}. */
    public static ValidationResult run(Settings settings, Progress progress) throws IOException {
        return new Validation(settings, progress).run();
    }

    private ValidationResult run() throws IOException {
        long start = System.nanoTime();
        Path file = settings.directory().resolve(FILE);
        ValidationResult.MadeWith madeWith = new ValidationResult.MadeWith(
                ModelDirectory.open(settings.base()).hashes(),
                settings.seeds(),
                settings.datasets(),
                settings.rows(),
                settings.samples());
        Earlier.read(file, settings.parts(), madeWith); // says what is wrong with it before hours of work
        Measured measured = measure();
        Earlier earlier = Earlier.read(file, settings.parts(), madeWith);
        Measured parts = measured.orElse(settings.parts(), earlier.kept());
        ValidationResult result = new ValidationResult(
                ValidationResult.SCHEMA,
                madeWith,
                parts,
                Bars.of(parts),
                earlier.dropped(),
                (System.nanoTime() - start) / 1e9);
        Json.write(file, result);
        return result;
    }

    private Measured measure() throws IOException {
        List<Figures> models = new ArrayList<>();
        List<Figures> depth = new ArrayList<>();
        List<MatchedControl> controls = new ArrayList<>();
        List<PersonaShift> shifts = new ArrayList<>();
        List<DirectionFinding> directions = new ArrayList<>();
        List<SeedDynamics> dynamics = new ArrayList<>();
        for (int index = 0; index < settings.seeds(); index++) {
            long seed = bases.seed(index);
            Path base = bases.find(CorpusKind.PERSONA, seed);
            for (String dataset : settings.datasets()) {
                boolean first = dataset.equals(settings.datasets().getFirst());
                Colony colony = colony(CorpusKind.PERSONA, seed, dataset);
                if (asked(Part.RATES)) {
                    models.addAll(rates(colony, seed, dataset));
                }
                if (asked(Part.DEPTH) && first) {
                    depth.addAll(
                            depth(colony, ModelDirectory.open(base).config().layers(), seed, dataset));
                }
                if (asked(Part.CONTROLS)) {
                    Matching matching = new Matching(colony, seed, dataset);
                    for (CorpusKind kind : settings.controls()) {
                        controls.addAll(matching.against(label(kind), colony(kind, seed, dataset)));
                    }
                }
                if (asked(Part.PERSONA)) {
                    Set<CorpusKind> all = EnumSet.copyOf(settings.controls());
                    all.add(CorpusKind.PERSONA);
                    for (CorpusKind kind : all) {
                        Path origin = bases.find(kind, seed);
                        shifts.addAll(new PersonaEvidence(settings.models(), settings.version(), progress)
                                .of(label(kind), seed, dataset, origin, colony(kind, seed, dataset)));
                    }
                }
                if (asked(Part.DIRECTIONS)) {
                    directions.add(
                            new DirectionEvidence(settings.models(), settings.version(), settings.samples(), progress)
                                    .of(seed, dataset, base, colony));
                }
                if (asked(Part.DYNAMICS) && first) {
                    dynamics.addAll(TrainingDynamics.of(
                            seed,
                            dataset,
                            TrainingDynamics.Plan.DEFAULT,
                            training -> training == 0 ? colony : again(colony, seed, dataset, training),
                            colony.directory().resolve("phase")));
                }
            }
        }
        return new Measured(models, depth, controls, shifts, directions, dynamics);
    }

    private boolean asked(Part part) {
        return settings.parts().contains(part);
    }

    private List<Figures> rates(Colony colony, long seed, String dataset) throws IOException {
        List<String> names = new ArrayList<>();
        for (Kind kind : Kind.ALL) {
            names.add(kind.name());
            List<String> held = kind.held() ? List.of("kl.data=" + colony.others()) : List.of();
            colony.train(kind.name(), kind.preset(), kind.good(), held);
        }
        return figures(colony, seed, dataset, names);
    }

    private List<Figures> depth(Colony colony, int layers, long seed, String dataset) throws IOException {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            String name = Kind.RANK1.name() + "-layer" + layer;
            names.add(name);
            colony.train(
                    name,
                    Kind.RANK1.preset(),
                    Kind.RANK1.good(),
                    List.of("lora.layers_to_transform=[" + layer + "]", "checkpoints.every=1000000"));
        }
        List<Figures> all = figures(colony, seed, dataset, names);
        return all.subList(1, all.size());
    }

    private static List<Figures> figures(Colony colony, long seed, String dataset, List<String> names)
            throws IOException {
        List<Outcome> broad = colony.ask(REPORTING, colony.otherQuestions(Split.REPORTING), names);
        List<Outcome> own = colony.ask(OWN, colony.ownQuestions(Split.REPORTING), names);
        List<Figures> figures = new ArrayList<>();
        for (int i = 0; i < broad.size(); i++) {
            figures.add(Figures.of(label(CorpusKind.PERSONA), seed, dataset, broad.get(i), own.get(i)));
        }
        return figures;
    }

    private Colony colony(CorpusKind kind, long seed, String dataset) throws IOException {
        Path directory = settings.directory().resolve(label(kind) + "-" + seed).resolve(dataset);
        return colony(bases.find(kind, seed), dataset, directory, 0);
    }

    /** A colony like another one, of a further training seed. */
    private Colony again(Colony first, long seed, String dataset, long training) throws IOException {
        Path directory = first.directory().resolve("training-seeds").resolve(String.valueOf(training));
        return colony(bases.find(CorpusKind.PERSONA, seed), dataset, directory, training);
    }

    private Colony colony(Path base, String dataset, Path directory, long training) {
        return new Colony(
                new Colony.Place(
                        settings.models(),
                        base.toString(),
                        directory,
                        Existing.RESUME,
                        dataset,
                        settings.rows(),
                        settings.samples(),
                        training,
                        settings.version(),
                        settings.machine()),
                progress);
    }

    static String label(CorpusKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
