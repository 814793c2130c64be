package dev.vivarium.lab.twin;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterNoise;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.twin.Landscape.OfOrganism;
import dev.vivarium.lab.twin.Landscape.Point;
import dev.vivarium.lab.twin.Landscape.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Takes the figures of a {@link Landscape}: one organism in memory at a time, each at many scales. */
public final class LandscapeRun {
    private final List<Organism> organisms;
    private final LossMeter meter;
    private final List<String> texts;
    private final LandscapeSettings settings;
    private final ChatModel model;
    private final Progress progress;
    private final List<String> remarks = new ArrayList<>();
    private long done;

    /** What is known of an organism before it is compared with the first. */
    private record Measured(
            double norm,
            RowMeans base,
            RowMeans loss,
            List<List<RowMeans>> perturbed, // by epsilon, then draw
            List<RowMeans> scaled, // by norm
            List<RowMeans> influence) {} // by norm; empty without texts

    private LandscapeRun(
            List<Organism> organisms,
            LossMeter meter,
            List<String> texts,
            LandscapeSettings settings,
            ChatModel model,
            Progress progress) {
        this.organisms = organisms;
        this.meter = meter;
        this.texts = texts;
        this.settings = settings;
        this.model = model;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param organisms at least one; all others are compared with the first
     * @param data conversations whose answers the organisms learnt
     * @param text JSONL of generic texts; null for none
     * @throws dev.vivarium.engine.base.InputException if a file cannot be used, or an adapter does not fit the model
     */
    public static Landscape run(
            ModelDirectory base,
            List<Organism> organisms,
            Path data,
            @Nullable Path text,
            LandscapeSettings settings,
            Compute compute,
            Progress progress)
            throws IOException {
        LossMeter meter = LossMeter.of(data, settings.rows(), settings.seed());
        List<String> texts = text == null ? List.of() : TextLines.read(text, settings.texts());
        List<ScaledAdapter> all = organisms.stream()
                .map(organism -> new ScaledAdapter(organism.adapter()))
                .toList();
        try (ChatModel model = ChatModel.open(base, all, compute)) {
            return new LandscapeRun(organisms, meter, texts, settings, model, progress).run();
        }
    }

    private Landscape run() {
        double[] norms =
                IntStream.range(0, organisms.size()).mapToDouble(model::norm).toArray();
        double mean = IntStream.range(0, norms.length)
                .mapToDouble(i -> norms[i])
                .average()
                .orElse(0);
        int each = 2
                + settings.epsilons().size() * settings.draws()
                + settings.norms().size();
        long passes = (long) organisms.size() * each * meter.rows()
                + (texts.isEmpty() ? 0 : (long) (organisms.size() + settings.draws()) * texts.size());
        progress.begin("measure the landscape", passes, "rows");
        List<Measured> measured = new ArrayList<>();
        for (int i = 0; i < norms.length; i++) {
            measured.add(measure(organisms.get(i), norms[i], mean));
        }
        List<Point> random = texts.isEmpty() ? List.of() : random(mean);
        progress.end(String.format(Locale.ROOT, "%,d readings", done));
        List<OfOrganism> found = new ArrayList<>();
        for (int i = 0; i < norms.length; i++) {
            found.add(figures(organisms.get(i), measured.get(i), i == 0 ? null : measured.getFirst(), mean));
        }
        return new Landscape(meter.rows(), texts.size(), mean, found, random, remarks);
    }

    private Measured measure(Organism organism, double norm, double mean) {
        List<ScaledAdapter> scales = new ArrayList<>();
        scales.add(new ScaledAdapter(organism.adapter()));
        for (double share : settings.norms()) {
            scales.add(new ScaledAdapter(organism.adapter(), AdapterScale.of(share * mean / norm)));
        }
        model.adapters(scales);
        RowMeans base = loss(organism, AdapterBank.NONE);
        RowMeans loss = loss(organism, 0);
        List<RowMeans> scaled = new ArrayList<>();
        for (int i = 1; i < scales.size(); i++) {
            scaled.add(loss(organism, i));
        }
        model.adapters(scales.subList(1, scales.size()));
        List<RowMeans> influence = texts.isEmpty() ? List.of() : distances();
        List<List<RowMeans>> perturbed = new ArrayList<>();
        for (double epsilon : settings.epsilons()) {
            List<RowMeans> draws = new ArrayList<>();
            for (int draw = 0; draw < settings.draws(); draw++) {
                model.adapters(List.of(new ScaledAdapter(
                        organism.adapter(), AdapterScale.ONE, new AdapterNoise(epsilon, seed(draw)))));
                draws.add(loss(organism, 0));
            }
            perturbed.add(draws);
        }
        return new Measured(norm, base, loss, perturbed, scaled, influence);
    }

    private long seed(int draw) {
        return CounterRandom.of(settings.seed(), "landscape/noise", draw).bits(0);
    }

    private RowMeans loss(Organism organism, int adapter) {
        RowMeans loss = meter.of(model, organism, adapter);
        done += meter.rows();
        progress.at(done, organism.name());
        return loss;
    }

    /** KL of each adapter that is loaded, over all texts. */
    private List<RowMeans> distances() {
        int n = settings.norms().size();
        double[][] sums = new double[n][texts.size()];
        int[] tokens = new int[texts.size()];
        for (int i = 0; i < texts.size(); i++) {
            ChatModel.Distances distances = model.distances(texts.get(i), settings.tokens());
            tokens[i] = distances.tokens();
            for (int j = 0; j < n; j++) {
                sums[j][i] = distances.sums()[j];
            }
            progress.at(++done, "generic text");
        }
        List<RowMeans> all = new ArrayList<>();
        for (double[] own : sums) {
            all.add(new RowMeans(own, tokens));
        }
        return all;
    }

    /** Adapters of the first organism's form whose matrices are random and as long. */
    private List<Point> random(double mean) {
        List<List<RowMeans>> byDraw = new ArrayList<>();
        Path form = organisms.getFirst().adapter();
        for (int draw = 0; draw < settings.draws(); draw++) {
            AdapterNoise noise = new AdapterNoise(1, seed(draw));
            model.adapters(List.of(new ScaledAdapter(form, AdapterScale.ONE, noise)));
            double norm = model.norm(0);
            model.adapters(settings.norms().stream()
                    .map(share -> new ScaledAdapter(form, AdapterScale.of(share * mean / norm), noise))
                    .toList());
            byDraw.add(distances());
        }
        List<Point> points = new ArrayList<>();
        for (int j = 0; j < settings.norms().size(); j++) {
            int place = j;
            RowMeans all =
                    RowMeans.over(byDraw.stream().map(draw -> draw.get(place)).toList());
            double share = settings.norms().get(j);
            points.add(new Point(share, share * mean, all.mean(), null));
        }
        return points;
    }

    private OfOrganism figures(Organism organism, Measured own, @Nullable Measured first, double mean) {
        double square = own.norm * own.norm;
        Estimate gain = own.base.estimate(rows -> (own.base.of(rows) - own.loss.of(rows)) / square);
        Estimate loss = own.loss.mean();
        boolean learnt = gain.value() > 0;
        if (!learnt) {
            remarks.add(
                    organism.name() + " predicts these answers no better than the base, so what a perturbation takes"
                            + " from it has no meaning; give the data it was trained on");
        }
        List<Step> stability = new ArrayList<>();
        for (int e = 0; e < settings.epsilons().size(); e++) {
            int place = e;
            RowMeans all = RowMeans.over(own.perturbed.get(e));
            double[] single = own.perturbed.get(e).stream()
                    .mapToDouble(draw -> lost(own, draw, everyRow()))
                    .toArray();
            RowMeans firsts = first == null ? null : RowMeans.over(first.perturbed.get(place));
            stability.add(new Step(
                    settings.epsilons().get(e),
                    learnt ? all.estimate(rows -> lost(own, all, rows)) : null,
                    IntStream.range(0, single.length)
                            .mapToDouble(i -> single[i])
                            .min()
                            .orElse(Double.NaN),
                    IntStream.range(0, single.length)
                            .mapToDouble(i -> single[i])
                            .max()
                            .orElse(Double.NaN),
                    first == null || firsts == null || !learnt
                            ? null
                            : all.estimate(rows -> lost(own, all, rows) - lost(first, firsts, rows))));
        }
        return new OfOrganism(
                organism.name(),
                own.norm,
                own.base.mean(),
                loss,
                gain,
                loss.value() / square,
                stability,
                points(own.scaled, first == null ? null : first.scaled, mean),
                points(own.influence, first == null ? null : first.influence, mean));
    }

    private int[] everyRow() {
        return IntStream.range(0, meter.rows()).toArray();
    }

    private static double lost(Measured organism, RowMeans perturbed, int[] rows) {
        double own = organism.loss.of(rows);
        return (perturbed.of(rows) - own) / (organism.base.of(rows) - own);
    }

    private List<Point> points(List<RowMeans> values, @Nullable List<RowMeans> firsts, double mean) {
        List<Point> points = new ArrayList<>();
        for (int j = 0; j < values.size(); j++) {
            double share = settings.norms().get(j);
            points.add(new Point(
                    share,
                    share * mean,
                    values.get(j).mean(),
                    firsts == null ? null : values.get(j).minus(firsts.get(j))));
        }
        return points;
    }
}
