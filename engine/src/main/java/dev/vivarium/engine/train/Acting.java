package dev.vivarium.engine.train;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.tensor.Device;
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
     * @param offsets of each row's tokens from its answer, as {@link PaddedBatch#offsets} counts them
     * @throws InputException if nothing would be touched in the whole batch
     */
    ForwardHooks beside(ForwardHooks others, int[][] offsets) {
        if (bank.size() == 0) {
            return others;
        }
        ForwardHooks own = bank.forRows(new int[offsets.length], offsets, device);
        if (own == ForwardHooks.NONE) {
            throw new InputException("an intervention touches no token of rows that are learnt, so it would do nothing;"
                    + " choose other positions");
        }
        return ForwardHooks.all(List.of(others, own));
    }
}
