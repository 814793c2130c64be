package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What may change about the rows of a block without changing a bit of what each of them gets: their places, and how many are
 * computed.
 *
 * <p>Whether a kernel rounds a row alike at every place and among any number of rows is a matter of the machine, the library
 * and the shapes, so it is tried: rows of the model itself, under the changes that the requests ask for, are computed in a
 * full block, and again in the opposite order in blocks of fewer. Where all bits agree, rows of deterministic answers need no
 * places of their own ({@link Generator}), so none wait and none are computed in vain; where they do not, nothing is
 * assumed.
 */
final class RowFreedom {
    /** Rows need places of their own. */
    static final RowFreedom NONE = new RowFreedom(new int[0]);

    /** The fewest rows that are tried; kernels take other ways for very few. */
    private static final int FEWEST = 8;
    /** Different changes that are tried; where requests ask for more, nothing is assumed. */
    private static final int MOST_CHANGES = 4;
    /** Tokens of an answer that are counted on when the work is estimated. */
    private static final int LIKELY_TOKENS = 64;
    /** The trial may take one part in so many of the work. */
    private static final int SHARE = 16;

    private static final int PROMPT_TOKENS = 4;
    /** Different prompts of each kind of request. */
    private static final int PROMPTS = 2;

    private final int[] counts; // growing

    private record Trial(Row row, PromptCache prompt) {}

    private RowFreedom(int[] counts) {
        this.counts = counts;
    }

    /** Whether a row may stand at any place. */
    boolean any() {
        return counts.length > 0;
    }

    /** How many rows are to be computed where so many are there. */
    int count(int rows) {
        for (int count : counts) {
            if (count >= rows) {
                return count;
            }
        }
        return rows;
    }

    /** Whether so much is asked for that a trial is worth its time, which other lanes wait for. */
    static boolean worthTrying(DecodeRoom room, int usual, long answers, int maxNewTokens) {
        int places = room.placesOfBlock();
        long trial = Math.max(places, usual) + candidates(places, usual).sum();
        return answers * Math.min(maxNewTokens, LIKELY_TOKENS) >= SHARE * trial * room.lanes();
    }

    /**
     * Tries it on the thread that calls, which is to be the kind of thread that decodes.
     *
     * @param places of a block
     * @param usual places of a block whose rows have places of their own: answers are to be those that it gives
     */
    static RowFreedom tried(Decoder decoder, RowChanges changes, List<Request> requests, int places, int usual) {
        List<Request> kinds = kinds(requests);
        // hooks of a caller's own may look at what they are given
        if (kinds.size() > MOST_CHANGES || changes.extra() != ForwardHooks.NONE) {
            return NONE;
        }
        int most = Math.max(places, usual);
        List<PromptCache> prompts = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                RowBlock block = new RowBlock(decoder, changes, most)) {
            List<Trial> rows = rows(decoder, changes, kinds, most, prompts);
            Tensor all = logits(block, rows, most);
            List<Integer> equal = new ArrayList<>();
            for (int count : candidates(places, usual).toArray()) {
                try (PointerScope one = new PointerScope()) {
                    Tensor expected = all.flip(0).narrow(0, 0, count);
                    if (expected.equal(logits(block, rows.reversed(), count))) {
                        equal.add(count);
                    }
                }
            }
            return equal.containsAll(List.of(places, usual))
                    ? new RowFreedom(equal.stream().mapToInt(Integer::intValue).toArray())
                    : NONE;
        } finally {
            prompts.forEach(PromptCache::release);
        }
    }

    /** Rows that each have drawn another token, in turn of each kind. */
    private static List<Trial> rows(
            Decoder decoder, RowChanges changes, List<Request> kinds, int places, List<PromptCache> prompts) {
        int vocabulary = decoder.config().vocabSize();
        List<Trial> rows = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            int number = i % (PROMPTS * kinds.size());
            Request kind = kinds.get(number % kinds.size());
            int[] prompt = IntStream.range(0, PROMPT_TOKENS)
                    .map(token -> (number + token) % vocabulary)
                    .toArray();
            Request request = new Request(0, prompt, new int[] {i}, kind.adapter(), kind.intervention(), 0);
            if (number == prompts.size()) {
                prompts.add(PromptCache.prefill(decoder, prompt, 1, changes.ofPrompt(request), logits -> {}));
            }
            Row row = new Row(request, i, prompt.length, 0);
            row.add(i % vocabulary, 0);
            rows.add(new Trial(row, prompts.get(number)));
        }
        return rows;
    }

    /** Raw logits (count, vocab) of the first rows, in a block that is empty before and after. */
    private static Tensor logits(RowBlock block, List<Trial> rows, int count) {
        for (int place = 0; place < count; place++) {
            Trial trial = rows.get(place);
            trial.prompt.hold();
            block.admit(place, trial.row, trial.prompt);
        }
        Tensor logits = block.step(count).narrow(0, 0, count);
        for (int place = 0; place < count; place++) {
            block.release(place);
        }
        return logits;
    }

    /** One request for each pair of adapter and interventions, at most one more than are tried. */
    private static List<Request> kinds(List<Request> requests) {
        Map<List<Integer>, Request> kinds = new LinkedHashMap<>();
        for (Request request : requests) {
            kinds.putIfAbsent(List.of(request.adapter(), request.intervention()), request);
            if (kinds.size() > MOST_CHANGES) {
                break;
            }
        }
        return List.copyOf(kinds.values());
    }

    /** Twice as many rows each time, and both kinds of blocks. */
    private static IntStream candidates(int places, int usual) {
        int most = Math.max(places, usual);
        return IntStream.concat(
                        IntStream.iterate(FEWEST, count -> count < most, count -> 2 * count),
                        IntStream.of(places, usual))
                .sorted()
                .distinct();
    }
}
