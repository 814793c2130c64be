package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.model.ForwardHooks;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/** A bank's hooks for the rows of a block, made again only when a place gets another adapter. */
final class RowHooks implements AutoCloseable {
    private final AdapterBank bank;
    private final ForwardHooks extra;
    private int[] known = {};
    private @Nullable PointerScope scope;
    private ForwardHooks hooks;

    RowHooks(AdapterBank bank, ForwardHooks extra) {
        this.bank = bank;
        this.extra = extra;
        this.hooks = extra;
    }

    /** Hooks for the first {@code count} places; an empty place keeps the adapter it had. */
    ForwardHooks of(@Nullable Row[] rows, int count) {
        int[] wanted = new int[count];
        for (int place = 0; place < count; place++) {
            Row row = rows[place];
            int before = place < known.length ? known[place] : AdapterBank.NONE;
            wanted[place] = row == null ? before : row.request().adapter();
        }
        if (!Arrays.equals(wanted, known)) {
            make(wanted);
        }
        return hooks;
    }

    private void make(int[] wanted) {
        close();
        known = wanted;
        if (Arrays.stream(wanted).allMatch(adapter -> adapter == AdapterBank.NONE)) {
            hooks = extra;
            return;
        }
        // the masks outlive the pass they are made in: an extended scope leaves the stack and keeps its tensors
        try (PointerScope made = new PointerScope()) {
            hooks = combined(bank.forRows(wanted), extra);
            scope = made.extend();
        }
    }

    static ForwardHooks combined(ForwardHooks adapters, ForwardHooks extra) {
        return extra == ForwardHooks.NONE ? adapters : ForwardHooks.all(List.of(adapters, extra));
    }

    @Override
    public void close() {
        if (scope != null) {
            scope.close();
            scope = null;
        }
    }
}
