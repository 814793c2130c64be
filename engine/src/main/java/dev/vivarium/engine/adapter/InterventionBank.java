package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.tensor.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Many settings of interventions in one forward pass: each row of the batch points at one of them, or at none.
 *
 * <p>It holds values alone; tensors are made for the rows of a pass.
 */
public final class InterventionBank {
    /** The row index that means no intervention. */
    public static final int NONE = -1;

    private final List<List<Intervention>> settings;
    private final long[] spreads;

    private InterventionBank(List<List<Intervention>> settings) {
        this.settings = settings.stream().map(List::copyOf).toList();
        this.spreads = settings.stream().mapToLong(InterventionBank::spread).toArray();
    }

    /** A bank without a setting. */
    public static InterventionBank none() {
        return new InterventionBank(List.of());
    }

    /**
     * A bank for a model.
     *
     * @param settings each one or more interventions, in the order in which they act where they meet
     * @throws InputException if one does not fit the model
     */
    public static InterventionBank of(ModelConfig config, List<List<Intervention>> settings) {
        for (List<Intervention> setting : settings) {
            if (setting.isEmpty()) {
                throw new IllegalArgumentException("a setting without an intervention is NONE");
            }
            setting.forEach(intervention -> intervention.check(config));
        }
        return new InterventionBank(settings);
    }

    /**
     * A number that follows from a setting's values alone, whatever else is in the bank; zero for {@link #NONE}. It tells the
     * same request under many settings apart where these are to be spread out.
     */
    public long spread(int setting) {
        return setting == NONE ? 0 : spreads[setting];
    }

    /** Number of settings. */
    public int size() {
        return settings.size();
    }

    /**
     * Makes sure that all interventions of a setting act when an answer is sampled.
     *
     * @param maxNewTokens longest answer; its last token is not fed back
     * @throws InputException if one would touch nothing
     */
    public void requireTouch(int setting, int maxNewTokens) {
        for (Intervention intervention : settings.get(setting)) {
            intervention.positions().requireTouch("an intervention", maxNewTokens);
        }
    }

    /** A number that is the same for offsets at which the same interventions of a setting act. */
    public int stage(int setting, int offset) {
        int stage = 0;
        if (setting != NONE) {
            for (Intervention intervention : settings.get(setting)) {
                stage += intervention.positions().stage(offset);
            }
        }
        return stage;
    }

    /**
     * Hooks for a batch; valid in the scope it is called in.
     *
     * @param settingOfRow for each row the index of its setting, or {@link #NONE}
     * @param offsets of each row's tokens, as {@link Positions} counts them; equally many in each row. Padding may have any
     * @param device of the decoder
     */
    public ForwardHooks forRows(int[] settingOfRow, int[][] offsets, Device device) {
        List<List<Intervention>> ofRow = new ArrayList<>();
        for (int setting : settingOfRow) {
            ofRow.add(setting == NONE ? List.of() : settings.get(setting));
        }
        return RowInterventions.of(ofRow, offsets, device);
    }

    private static long spread(List<Intervention> setting) {
        long spread = 1;
        for (Intervention one : setting) {
            // an enum's own hash is another one in each process
            spread = 31 * spread + Objects.hash(one.layers(), one.site().word(), one.positions());
            for (Intervention.Term term : one.terms()) {
                spread = 31 * spread + term.kind().ordinal();
                spread = 31 * spread + Arrays.hashCode(term.vector());
                spread = 31 * spread + Double.hashCode(term.coefficient());
            }
        }
        return spread;
    }
}
