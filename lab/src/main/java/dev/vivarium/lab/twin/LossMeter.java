package dev.vivarium.lab.twin;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.ChatModel.GivenAnswer;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The training loss: mean negative log-probability of the tokens of the last answer of each conversation, the end of its turn
 * among them (protocol.md App. A (3)).
 */
final class LossMeter {
    private static final int BATCH = 16;

    private final List<ChatRow> rows;

    private LossMeter(List<ChatRow> rows) {
        this.rows = rows;
    }

    /** Rows of a file, drawn where there are more than are wanted. */
    static LossMeter of(Path data, int most, long seed) {
        List<ChatRow> all = ChatData.read(data);
        if (all.size() < 2) {
            throw new InputException(data + ": holds " + all.size() + " conversation; an interval needs at least two");
        }
        int[] order = CounterRandom.of(seed, "landscape/rows").permutation(all.size());
        return new LossMeter(Arrays.stream(order)
                .limit(most)
                .sorted()
                .mapToObj(all::get)
                .sorted(Comparator.comparingInt(ChatRow::line))
                .toList());
    }

    int rows() {
        return rows.size();
    }

    /**
     * The losses of one adapter of the model's, or of the model without.
     *
     * @param adapter its place, or {@link AdapterBank#NONE}
     */
    RowMeans of(ChatModel model, Organism organism, int adapter) {
        List<GivenAnswer> answers =
                rows.stream().map(row -> answer(row, organism, adapter)).toList();
        for (int i = 0; i < answers.size(); i++) {
            if (!model.fits(answers.get(i))) {
                throw new InputException("the conversation of line "
                        + rows.get(i).line() + " is longer than the model's positions; take it out of the data");
            }
        }
        List<List<GivenAnswer>> batches = new ArrayList<>();
        for (int from = 0; from < answers.size(); from += BATCH) {
            batches.add(answers.subList(from, Math.min(answers.size(), from + BATCH)));
        }
        double[] sums = new double[answers.size()];
        int[] tokens = new int[answers.size()];
        model.score(batches, (batch, scores) -> {
            for (int i = 0; i < scores.size(); i++) {
                sums[batch * BATCH + i] = -Arrays.stream(scores.get(i)).sum();
                tokens[batch * BATCH + i] = scores.get(i).length;
            }
        });
        return new RowMeans(sums, tokens);
    }

    private static GivenAnswer answer(ChatRow row, Organism organism, int adapter) {
        List<Message> messages = row.messages();
        int last = messages.size() - 1;
        while (!messages.get(last).role().equals(Message.ASSISTANT)) {
            last--;
        }
        return new GivenAnswer(
                messages.subList(0, last),
                organism.defaultSystem(),
                adapter,
                messages.get(last).content(),
                true);
    }
}
