package dev.vivarium.lab.twin;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterMix;
import dev.vivarium.engine.adapter.LoraFactors;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelDirectory;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The straight line through two adapters: (1 − t) of the first and t of the second, between 0 and 1 and beyond (linear mode
 * connectivity; protocol.md 3.6). At 0 and at 1 stand the adapters themselves.
 *
 * @param first at t = 0
 * @param second at t = 1
 * @param places ascending
 */
public record MixPath(Organism first, Organism second, List<Double> places) {
    /** From a little before the first to half beyond the second. */
    public static final List<Double> USUAL = List.of(-0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5);

    private static final double FURTHEST = 100;

    public MixPath {
        TreeSet<Double> different = new TreeSet<>();
        for (double place : places) {
            if (!(Math.abs(place) <= FURTHEST) || !different.add(place + 0.0)) {
                throw new InputException("--at " + place
                        + ": give different numbers, such as 0,0.5,1,1.5; 0 is the first adapter, 1 the" + " second");
            }
        }
        places = List.copyOf(different);
    }

    /**
     * An adapter on the line.
     *
     * @param t where
     * @param adapter its directory
     */
    public record Mixed(double t, Path adapter) {}

    /**
     * Makes sure that both fit the model and one another.
     *
     * @throws InputException if one is no LoRA adapter for the model
     */
    public void check(ModelDirectory model) {
        for (Organism organism : List.of(first, second)) {
            AdapterFiles.check(organism.adapter(), model.config());
            LoraFactors.open(organism.adapter()).close();
        }
    }

    /**
     * Writes the adapters, each in one step.
     *
     * @param folder that gets a PEFT directory for each place but 0 and 1
     * @param base what {@code base_model_name_or_path} says
     * @param replace whether mixtures that are there are written anew; else they must be the same
     * @return one for each place
     * @throws InputException if one is there that is not of these adapters
     */
    public List<Mixed> write(Path folder, ModelDirectory model, String base, boolean replace) throws IOException {
        List<Mixed> all = new ArrayList<>();
        for (double t : places) {
            if (t == 0 || t == 1) {
                all.add(new Mixed(t, t == 0 ? first.adapter() : second.adapter()));
                continue;
            }
            Path directory = folder.resolve(name(t));
            List<AdapterMix.Part> parts =
                    List.of(new AdapterMix.Part(first.adapter(), 1 - t), new AdapterMix.Part(second.adapter(), t));
            AtomicFiles.Filler<Path> filler = target -> AdapterMix.write(target, parts, model.config(), base);
            if (Files.exists(directory) && !replace) {
                requireSame(directory, folder.resolve("." + name(t)), filler);
            } else {
                if (Files.exists(directory)) {
                    AtomicFiles.deleteTree(directory);
                }
                AtomicFiles.writeDirectory(directory, filler);
            }
            all.add(new Mixed(t, directory));
        }
        return all;
    }

    /** The same adapters give the same bytes. */
    private static void requireSame(Path directory, Path aside, AtomicFiles.Filler<Path> filler) throws IOException {
        if (Files.exists(aside)) {
            AtomicFiles.deleteTree(aside); // of a call that was killed
        }
        AtomicFiles.writeDirectory(aside, filler);
        try {
            for (String file : List.of(AdapterFiles.CONFIG, AdapterFiles.WEIGHTS)) {
                Path there = directory.resolve(file);
                if (!Files.isRegularFile(there) || Files.mismatch(there, aside.resolve(file)) >= 0) {
                    throw new InputException(directory
                            + ": is no mixture of these adapters as they are now; add --force" + " to start over");
                }
            }
        } finally {
            AtomicFiles.deleteTree(aside);
        }
    }

    /** The name of a place, such as {@code mix-0.5}. */
    public static String name(double t) {
        return "mix-" + word(t);
    }

    /** A place as people write it. */
    public static String word(double t) {
        return t == 0
                ? "0"
                : new BigDecimal(Double.toString(t)).stripTrailingZeros().toPlainString();
    }
}
