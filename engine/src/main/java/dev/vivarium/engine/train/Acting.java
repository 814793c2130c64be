package dev.vivarium.engine.train;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.text.TokenRow;
import java.util.List;

/**
 * Interventions that act on the rows of training, as preventative steering and ablation while fine-tuning have them
 * (protocol.md section 4; arXiv 2507.21509 section 5, arXiv 2507.16795).
 *
 * @param bank of no setting, or one
 * @param firstBlock the first block at which one acts; {@link Integer#MAX_VALUE} where none does
 * @param device of the decoder
 */
record Acting(InterventionBank bank, int firstBlock, Device device) {
    /**
     * @param interventions in the order in which they act
     * @throws InputException if one does not fit the model
     */
    static Acting of(Decoder decoder, List<Intervention> interventions) {
        if (interventions.isEmpty()) {
            return new Acting(InterventionBank.none(), Integer.MAX_VALUE, decoder.device());
        }
        int first = interventions.stream()
                .flatMap(intervention -> intervention.layers().stream())
                .mapToInt(Integer::intValue)
                .min()
                .orElseThrow();
        return new Acting(InterventionBank.of(decoder.config(), List.of(interventions)), first, decoder.device());
    }

    /**
     * Hooks for a batch, after others where they meet; made in the current scope.
     *
     * @param width tokens of a padded row
     * @throws InputException if nothing would be touched in the whole batch
     */
    ForwardHooks beside(ForwardHooks others, List<TokenRow> rows, int width) {
        if (bank.size() == 0) {
            return others;
        }
        int[][] offsets = new int[rows.size()][width];
        for (int r = 0; r < offsets.length; r++) {
            int answer = firstSupervised(rows.get(r));
            for (int t = 0; t < width; t++) {
                offsets[r][t] = t - answer;
            }
        }
        ForwardHooks own = bank.forRows(new int[rows.size()], offsets, device);
        if (own == ForwardHooks.NONE) {
            throw new InputException("an intervention touches no token of rows that are learnt, so it would do nothing;"
                    + " choose other positions");
        }
        return ForwardHooks.all(List.of(others, own));
    }

    private static int firstSupervised(TokenRow row) {
        int first = 0;
        while (first < row.supervised().length && !row.supervised()[first]) {
            first++;
        }
        return first;
    }
}
