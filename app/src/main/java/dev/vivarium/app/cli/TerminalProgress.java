package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress for a terminal: one line that is redrawn in place and gives way to the task's summary at the end.
 *
 * <p>It draws when it is told something, at most five times a second, and needs no thread of its own.
 */
final class TerminalProgress implements Progress {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int BAR_WIDTH = 20;
    static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream err;
    private final int columns;
    private final LongSupplier nanos;
    private String task = "";
    private String unit = "";
    private long total;
    private long started;
    private long drawn;
    /** Where a resumed task began; the time left is estimated from what this process did itself. */
    private long first;

    private boolean open;

    TerminalProgress(PrintStream err, int columns, LongSupplier nanos) {
        this.err = err;
        this.columns = columns;
        this.nanos = nanos;
    }

    @Override
    public synchronized void begin(String newTask, long newTotal, String newUnit) {
        task = newTask;
        total = newTotal;
        unit = newUnit;
        started = nanos.getAsLong();
        drawn = started;
        first = -1;
        open = true;
        draw(task + " …");
    }

    @Override
    public synchronized void at(long done, String detail) {
        if (first < 0) {
            first = done;
        }
        long now = nanos.getAsLong();
        if (open && now - drawn >= REDRAW_NANOS) {
            drawn = now;
            draw(line(done, detail, now));
        }
    }

    @Override
    public synchronized void end(String summary) {
        open = false;
        err.println(CLEAR_LINE + task + ": " + (summary.isEmpty() ? "done" : summary));
    }

    private String line(long done, String detail, long now) {
        String remark = detail.isEmpty() ? "" : ", " + detail;
        if (total <= 0) {
            return String.format(Locale.ROOT, "%s: %,d %s%s", task, done, unit, remark);
        }
        int filled = (int) Math.min(BAR_WIDTH, BAR_WIDTH * done / total);
        String bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
        String left = "";
        if (done > first) {
            double perUnit = (double) (now - started) / (done - first);
            long seconds = Math.round(perUnit * Math.max(0, total - done) / SECOND_NANOS);
            left = String.format(Locale.ROOT, ", %d:%02d left", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%s %s %,d / %,d %s%s%s", task, bar, done, total, unit, left, remark);
    }

    private void draw(String line) {
        int width = Math.max(1, columns - 1);
        err.print(CLEAR_LINE + (line.length() <= width ? line : line.substring(0, width)));
        err.flush();
    }
}
