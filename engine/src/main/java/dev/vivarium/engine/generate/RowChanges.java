package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.tensor.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What makes a row compute something else than the plain decoder.
 *
 * @param extra acts on all rows
 * @param device of the decoder
 */
record RowChanges(AdapterBank adapters, InterventionBank interventions, ForwardHooks extra, Device device) {

    /** Hooks for the prefill of a prompt, made in the current scope. */
    ForwardHooks ofPrompt(Request request) {
        int tokens = request.prompt().length;
        int[] offsets = new int[tokens];
        Arrays.setAll(offsets, token -> token - tokens);
        return of(new int[] {request.adapter()}, new int[] {request.intervention()}, new int[][] {offsets});
    }

    /**
     * Hooks for rows of one new token each, made in the current scope.
     *
     * @param adapters for each row as {@link AdapterBank#forRows} takes them
     * @param settings for each row as {@link InterventionBank#forRows} takes them
     * @param offsets of the tokens
     */
    ForwardHooks ofRows(int[] adapters, int[] settings, int[] offsets) {
        return of(
                adapters,
                settings,
                Arrays.stream(offsets).mapToObj(offset -> new int[] {offset}).toArray(int[][]::new));
    }

    /** A number that is the same for offsets at which an adapter and a setting act alike. */
    int stage(int adapter, int setting, int offset) {
        return 31 * adapters.stage(adapter, offset) + interventions.stage(setting, offset);
    }

    /** Tells the same prompt under different changes apart, whatever else is in the banks. */
    long spread(Request request) {
        return adapters.spread(request.adapter()) + 31 * interventions.spread(request.intervention());
    }

    private ForwardHooks of(int[] adapterOfRow, int[] settingOfRow, int[][] offsets) {
        List<ForwardHooks> hooks = new ArrayList<>();
        if (Arrays.stream(adapterOfRow).anyMatch(adapter -> adapter != AdapterBank.NONE)) {
            hooks.add(adapters.forRows(adapterOfRow, offsets));
        }
        if (Arrays.stream(settingOfRow).anyMatch(setting -> setting != InterventionBank.NONE)) {
            hooks.add(interventions.forRows(settingOfRow, offsets, device));
        }
        if (extra != ForwardHooks.NONE) {
            hooks.add(extra);
        }
        return ForwardHooks.all(hooks);
    }
}
