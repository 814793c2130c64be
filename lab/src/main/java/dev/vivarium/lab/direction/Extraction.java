package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.capture.Capture;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.capture.CaptureSettings;
import dev.vivarium.engine.capture.CaptureSubject;
import dev.vivarium.engine.capture.CellSums;
import dev.vivarium.engine.capture.Moments;
import dev.vivarium.engine.text.ChatEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes directions of texts that a base model and what was grown on it read, teacher forced (protocol.md 3.1). */
public final class Extraction {
    /** Texts of a side below which a mean says little. */
    public static final int LEAST = 10;

    /** Cosine of halves below which a direction says more of its questions than of what it is named after. */
    private static final double WEAK = 0.5;

    private static final int PARTS = 8;
    private static final int COMPONENTS = 64;
    private static final long MOST_COVARIANCE = 1L << 30;

    private final DirectionSubject subject;
    private final ExtractSettings settings;
    private final Progress progress;
    private final SortedSet<Integer> layers;

    /** What differs between the two sides of a mean difference. */
    public enum Variant {
        /** The texts: one model reads misaligned and aligned answers. */
        DATA,
        /** The model: organism and base read the same texts. */
        MODEL,
        /** Both: the organism reads misaligned answers, the base aligned ones. */
        BOTH
    }

    private record Side(boolean organism, List<ReadText> texts) {}

    private Extraction(DirectionSubject subject, ExtractSettings settings, Progress progress) {
        this.subject = subject;
        this.settings = settings;
        this.progress = progress;
        this.layers = settings.layers(subject.config());
    }

    /**
     * mean(positive) − mean(negative) of texts on two sides.
     *
     * @param kinds what the two sides are called, for messages
     * @param facts further settings for the {@link Origin}
     * @throws InputException if there are too few texts of a side, or no such layer
     */
    public static Extracted meanDifference(
            DirectionSubject subject,
            List<ReadText> positive,
            List<ReadText> negative,
            List<String> kinds,
            Variant variant,
            Map<String, String> facts,
            List<Origin.Source> sources,
            ExtractSettings settings,
            Progress progress)
            throws IOException {
        requireEnough(positive.size(), kinds.getFirst());
        if (variant != Variant.MODEL) {
            requireEnough(negative.size(), kinds.getLast());
        }
        if (variant != Variant.DATA) {
            subject.requireOrganism("the variant " + variant.name().toLowerCase(Locale.ROOT));
        }
        Map<String, String> all = new TreeMap<>(facts);
        all.put("variant", variant.name().toLowerCase(Locale.ROOT));
        Extraction extraction = new Extraction(subject, settings, progress);
        return variant == Variant.MODEL
                ? extraction.contrast("mean-difference", new Side(true, positive), null, true, all, sources)
                : extraction.contrast(
                        "mean-difference",
                        new Side(true, positive),
                        new Side(variant == Variant.DATA, negative),
                        false,
                        all,
                        sources);
    }

    /**
     * The same texts read under two system turns: {@code positive} and {@code negative} are in the same order.
     *
     * @throws InputException if there are too few, or no such layer
     */
    public static Extracted persona(
            DirectionSubject subject,
            List<ReadText> positive,
            List<ReadText> negative,
            Map<String, String> facts,
            List<Origin.Source> sources,
            ExtractSettings settings,
            Progress progress)
            throws IOException {
        requireEnough(positive.size(), "questions or answers read under the two system turns");
        return new Extraction(subject, settings, progress)
                .contrast("persona", new Side(true, positive), new Side(true, negative), true, facts, sources);
    }

    /**
     * The first principal component of organism − base over the tokens of texts, about its mean, with the sign of the mean.
     *
     * @throws InputException if there are too few texts, no such layer, or the covariances would be too large
     */
    public static Extracted principal(
            DirectionSubject subject,
            List<ReadText> texts,
            List<Origin.Source> sources,
            ExtractSettings settings,
            Progress progress)
            throws IOException {
        requireEnough(texts.size(), "texts");
        subject.requireOrganism("the principal component of organism minus base");
        return new Extraction(subject, settings, progress).principal(texts, sources);
    }

    private static void requireEnough(int found, String kind) {
        if (found < LEAST) {
            throw new InputException("there are " + found + " " + kind + ", and a mean needs at least " + LEAST
                    + "; sample more answers, or name more evaluations with --answers");
        }
    }

    /**
     * @param negative null where the base reads the texts of the positive side
     */
    private Extracted contrast(
            String way,
            Side positive,
            @Nullable Side negative,
            boolean paired,
            Map<String, String> facts,
            List<Origin.Source> sources)
            throws IOException {
        Cells cells = cells(positive.texts, negative == null ? List.of() : negative.texts);
        CaptureSettings capture = new CaptureSettings(settings.site(), layers, cells.size());
        int below = negative == null ? 0 : negative.texts.size();
        progress.begin("read texts", (long) positive.texts.size() + below, "texts");
        Found found;
        try (Readers readers = Readers.open(subject, settings.compute())) {
            if (negative == null) {
                try (Moments difference =
                        capture(readers, readers.organism(), readers.base(), positive.texts, cells, capture, 0)) {
                    found = found(cells, difference, new NoSums(difference), paired);
                }
            } else {
                try (Moments up = read(readers, positive, cells, capture, 0);
                        Moments down = read(readers, negative, cells, capture, positive.texts.size())) {
                    found = found(cells, up, down, paired);
                }
            }
        }
        progress.end("");
        return new Extracted(
                direction(
                        way,
                        found.vectors,
                        found.reliability,
                        positive.texts.size(),
                        negative == null ? positive.texts.size() : below,
                        facts,
                        sources),
                found.draws,
                found.remarks);
    }

    private record Found(
            SortedMap<Integer, float[]> vectors,
            SortedMap<Integer, Reliability> reliability,
            SortedMap<Integer, float[][]> draws,
            List<String> remarks) {
        Found() {
            this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new ArrayList<>());
        }

        void remarkUnreliable() {
            List<Integer> weak = reliability.entrySet().stream()
                    .filter(entry -> {
                        Reliability.Spread questions = entry.getValue().questions();
                        return questions != null && questions.splitHalf() < WEAK;
                    })
                    .map(Map.Entry::getKey)
                    .toList();
            if (!weak.isEmpty()) {
                remarks.add("at layers " + weak + " halves of the questions agree with a cosine below " + WEAK
                        + ", so other questions would give another vector; ask more questions");
            }
        }
    }

    private Found found(Cells cells, CellSums up, CellSums down, boolean paired) {
        Found found = new Found();
        double otherwise = 1;
        Contrast contrast = new Contrast(cells, up, down, settings.weighting(), paired, settings.seed());
        SortedSet<Integer> alike = new TreeSet<>();
        for (int layer : layers) {
            float[] vector = contrast.vector(layer);
            if (Vectors.norm(vector) == 0) {
                alike.add(layer);
                continue;
            }
            found.vectors.put(layer, vector);
            found.reliability.put(layer, contrast.reliability(layer));
            found.draws.put(layer, contrast.draws(layer));
            otherwise = Math.min(otherwise, contrast.otherWeighting(layer));
        }
        found.remarks.addAll(Layers.leftOut(alike, "the two sides do not differ there at all"));
        found.remarks.add(String.format(
                Locale.ROOT,
                "weighting by %s instead of %s gives vectors of cosine %.3f or more with these",
                settings.weighting() == Weighting.TOKEN ? "response" : "token",
                settings.weighting().name().toLowerCase(Locale.ROOT),
                otherwise));
        found.remarkUnreliable();
        return found;
    }

    /** The side of the base where its activations were taken off token by token: as many texts, and nothing in their sums. */
    private record NoSums(CellSums other) implements CellSums {
        @Override
        public int hidden() {
            return other.hidden();
        }

        @Override
        public long tokens(int cell) {
            return other.tokens(cell);
        }

        @Override
        public long texts(int cell) {
            return other.texts(cell);
        }

        @Override
        public double[] tokenSum(int layer, int cell) {
            return new double[other.hidden()];
        }

        @Override
        public double[] textSum(int layer, int cell) {
            return new double[other.hidden()];
        }
    }

    private Extracted principal(List<ReadText> texts, List<Origin.Source> sources) throws IOException {
        Cells cells = cells(texts, List.of());
        int[] parts = IntStream.range(0, cells.size())
                .map(cell -> cells.group(cell) % PARTS)
                .toArray();
        CaptureSettings capture = new CaptureSettings(settings.site(), layers, cells.size(), parts);
        int hidden = subject.config().hiddenSize();
        if (capture.bytes(hidden) > MOST_COVARIANCE) {
            long each = capture.bytes(hidden) / layers.size();
            throw new InputException("covariances of " + layers.size() + " layers of width " + hidden + " take "
                    + (capture.bytes(hidden) >> 20) + " MiB; name at most " + Math.max(1, MOST_COVARIANCE / each)
                    + " layers with --layers");
        }
        progress.begin("read texts", texts.size(), "texts");
        Found found = new Found();
        try (Readers readers = Readers.open(subject, settings.compute());
                Moments moments = capture(readers, readers.organism(), readers.base(), texts, cells, capture, 0)) {
            SortedSet<Integer> alike = new TreeSet<>();
            for (int layer : layers) {
                Moments.Principal principal = moments.principal(layer, COMPONENTS);
                if (!(principal.values()[0] > 0)) {
                    alike.add(layer);
                    continue;
                }
                PrincipalDirection first = new PrincipalDirection(principal, settings.seed());
                found.vectors.put(layer, first.vector());
                found.reliability.put(layer, first.reliability());
                found.draws.put(layer, first.draws());
                found.remarks.add(String.format(
                        Locale.ROOT,
                        "layer %d: %.1f %% of the variance of organism minus base",
                        layer,
                        100 * principal.values()[0] / principal.variance()));
            }
            found.remarks.addAll(Layers.leftOut(alike, "organism and base do not differ there"));
        }
        found.remarkUnreliable();
        progress.end("");
        return new Extracted(
                direction("pca", found.vectors, found.reliability, texts.size(), texts.size(), Map.of(), sources),
                found.draws,
                found.remarks);
    }

    private Cells cells(List<ReadText> positive, List<ReadText> negative) {
        TreeSet<String> questions = new TreeSet<>();
        positive.forEach(text -> questions.add(text.cluster()));
        negative.forEach(text -> questions.add(text.cluster()));
        return new Cells(questions, settings.seed());
    }

    private Moments read(Readers readers, Side side, Cells cells, CaptureSettings capture, int before) {
        CaptureSubject who = side.organism ? readers.organism() : readers.base();
        return capture(readers, who, null, side.texts, cells, capture, before);
    }

    private Moments capture(
            Readers readers,
            CaptureSubject who,
            @Nullable CaptureSubject reference,
            List<ReadText> texts,
            Cells cells,
            CaptureSettings capture,
            int before) {
        ChatEncoder encoder = readers.encoder();
        int[] dealt = cells.deal(texts);
        Iterator<CaptureRow> rows = IntStream.range(0, texts.size())
                .mapToObj(i -> texts.get(i).row(encoder, settings.tokens(), dealt[i]))
                .iterator();
        return Capture.run(who, reference, rows, capture, done -> progress.at(before + done, ""));
    }

    private Direction direction(
            String way,
            SortedMap<Integer, float[]> vectors,
            SortedMap<Integer, Reliability> reliability,
            int positive,
            int negative,
            Map<String, String> facts,
            List<Origin.Source> sources)
            throws IOException {
        Map<String, String> all = new TreeMap<>(settings.facts());
        all.put(Origin.MODEL_TYPE, subject.config().modelType());
        all.putAll(facts);
        List<Origin.Source> read = new ArrayList<>(subject.sources());
        read.addAll(sources);
        return new Direction(
                settings.name(),
                settings.site(),
                vectors,
                new Origin(
                        subject.identity(), way, all, positive, negative, read, settings.seed(), settings.vivarium()),
                reliability);
    }
}
