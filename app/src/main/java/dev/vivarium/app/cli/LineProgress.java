package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Progress for logs and plain terminals: one line per task and every few seconds, never a control character. */
final class LineProgress implements Progress {
    private static final long INTERVAL_NANOS = 5_000_000_000L;

    private final PrintStream err;
    private final LongSupplier nanos;
    private String task = "";
    private String unit = "";
    private long total;
    private long printed;

    LineProgress(PrintStream err, LongSupplier nanos) {
        this.err = err;
        this.nanos = nanos;
    }

    @Override
    public synchronized void begin(String newTask, long newTotal, String newUnit) {
        task = newTask;
        total = newTotal;
        unit = newUnit;
        printed = nanos.getAsLong();
        err.println(total < 0 ? task + " …" : String.format(Locale.ROOT, "%s: %,d %s …", task, total, unit));
    }

    @Override
    public synchronized void at(long done, String detail) {
        long now = nanos.getAsLong();
        if (now - printed < INTERVAL_NANOS) {
            return;
        }
        printed = now;
        String count = total < 0
                ? String.format(Locale.ROOT, "%,d %s", done, unit)
                : String.format(Locale.ROOT, "%,d / %,d %s", done, total, unit);
        err.println(task + ": " + count + (detail.isEmpty() ? "" : ", " + detail));
    }

    @Override
    public synchronized void end(String summary) {
        err.println(task + ": " + (summary.isEmpty() ? "done" : summary));
    }
}
