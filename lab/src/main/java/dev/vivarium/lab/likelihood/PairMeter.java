package dev.vivarium.lab.likelihood;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.ChatModel.GivenAnswer;
import dev.vivarium.engine.text.DefaultSystem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Scores the answers of pairs under a model and its adapters, teacher forced.
 *
 * <p>One pair is one pass for all readers together: it is read by the model as it is and with every adapter in rows of the
 * same batch.
 */
public final class PairMeter {
    private final ChatModel model;
    private final List<Reader> readers;

    /**
     * Who reads.
     *
     * @param name for people
     * @param adapter its place among the model's adapters, or that of none
     * @param defaultSystem what happens to the chat template's own system turn
     */
    public record Reader(String name, int adapter, DefaultSystem defaultSystem) {}

    public PairMeter(ChatModel model, List<Reader> readers) {
        this.model = model;
        this.readers = List.copyOf(readers);
    }

    /**
     * Scores by pair, then by reader.
     *
     * @throws InputException naming the first pair that is too long for the model
     */
    public List<List<PairScore>> score(List<Pair> pairs, Progress progress) {
        List<List<GivenAnswer>> batches = new ArrayList<>();
        for (Pair pair : pairs) {
            List<GivenAnswer> batch = batch(pair);
            if (!batch.stream().allMatch(model::fits)) {
                throw new InputException("a pair of question \"" + pair.questionId()
                        + "\" has more tokens than the model has positions; shorten its answers");
            }
            batches.add(batch);
        }
        SortedMap<Integer, List<PairScore>> scores = new TreeMap<>();
        long start = System.nanoTime();
        progress.begin("score", pairs.size(), "pairs");
        model.score(batches, (pair, logs) -> {
            scores.put(pair, scores(logs));
            progress.at(scores.size(), "");
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        progress.end(String.format(
                Locale.ROOT, "%,d pairs under %d models in %.1f s", pairs.size(), readers.size(), seconds));
        return List.copyOf(scores.values());
    }

    private List<PairScore> scores(List<double[]> logs) {
        List<PairScore> own = new ArrayList<>();
        for (int reader = 0; reader < readers.size(); reader++) {
            double[] good = logs.get(2 * reader);
            double[] bad = logs.get(2 * reader + 1);
            own.add(new PairScore(
                    Arrays.stream(good).sum(), good.length, Arrays.stream(bad).sum(), bad.length));
        }
        return own;
    }

    private List<GivenAnswer> batch(Pair pair) {
        List<GivenAnswer> batch = new ArrayList<>();
        for (Reader reader : readers) {
            for (String answer : List.of(pair.good(), pair.bad())) {
                batch.add(new GivenAnswer(pair.messages(), reader.defaultSystem(), reader.adapter(), answer, true));
            }
        }
        return batch;
    }
}
