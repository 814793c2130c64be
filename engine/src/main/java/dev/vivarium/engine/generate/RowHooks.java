package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.model.ForwardHooks;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/** The hooks of the rows of a block, made again only when a place gets another adapter or other interventions act there. */
final class RowHooks implements AutoCloseable {
    private final RowChanges changes;
    private Places known = new Places(0);
    private @Nullable PointerScope scope;
    private ForwardHooks hooks;

    /** What acts at each place. */
    private static final class Places {
        final int[] adapters;
        final int[] settings;
        final int[] stages;
        final int[] offsets;

        Places(int count) {
            adapters = new int[count];
            settings = new int[count];
            stages = new int[count];
            offsets = new int[count];
        }

        boolean actsAs(Places other) {
            return Arrays.equals(adapters, other.adapters)
                    && Arrays.equals(settings, other.settings)
                    && Arrays.equals(stages, other.stages);
        }

        boolean plain() {
            return Arrays.stream(adapters).allMatch(adapter -> adapter == AdapterBank.NONE)
                    && Arrays.stream(settings).allMatch(setting -> setting == InterventionBank.NONE);
        }
    }

    RowHooks(RowChanges changes) {
        this.changes = changes;
        this.hooks = changes.extra();
    }

    /** Hooks for the first {@code count} places; an empty place keeps what it had. */
    ForwardHooks of(@Nullable Row[] rows, int count) {
        Places wanted = new Places(count);
        for (int place = 0; place < count; place++) {
            Row row = rows[place];
            boolean seen = place < known.adapters.length;
            if (row != null) {
                wanted.adapters[place] = row.request().adapter();
                wanted.settings[place] = row.request().intervention();
                wanted.offsets[place] = row.ownPosition();
            } else {
                wanted.adapters[place] = seen ? known.adapters[place] : AdapterBank.NONE;
                wanted.settings[place] = seen ? known.settings[place] : InterventionBank.NONE;
                wanted.offsets[place] = seen ? known.offsets[place] : 0;
            }
            wanted.stages[place] = changes.stage(wanted.adapters[place], wanted.settings[place], wanted.offsets[place]);
        }
        if (!wanted.actsAs(known)) {
            make(wanted);
        }
        return hooks;
    }

    private void make(Places wanted) {
        close();
        known = wanted;
        if (wanted.plain()) {
            hooks = changes.extra();
            return;
        }
        // the masks outlive the pass they are made in: an extended scope leaves the stack and keeps its tensors
        try (PointerScope made = new PointerScope()) {
            hooks = changes.ofRows(wanted.adapters, wanted.settings, wanted.offsets);
            scope = made.extend();
        }
    }

    @Override
    public void close() {
        if (scope != null) {
            scope.close();
            scope = null;
        }
    }
}
