package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Progress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C during long work: a sentence that says how to go on, and an end between two steps. The JVM itself then ends with
 * code 130.
 *
 * <p>The work has to come to rest first: a process that ends while libtorch computes may crash, since the library's data
 * is taken down under its threads. To be opened around the work, which must report to {@link #watch}.
 */
final class Interruption implements AutoCloseable {
    /** Longer than a step of anything that is trained on a CPU; after that the process ends as it is. */
    private static final long PATIENCE_SECONDS = 60;

    /** Of a process that a signal ended: 128 and the number of SIGINT. */
    private static final int INTERRUPTED = 130;

    private final CountDownLatch atRest = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final Thread farewell;

    /** Leaves the work; whoever catches it has nothing to say, since the sentence was said. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private Interruption(Shell shell, String advice) {
        this.farewell = new Thread(() -> say(shell, advice), "farewell");
    }

    /** Promises that what is on disk when the process is told to end can be continued as {@code advice} says. */
    static Interruption with(Shell shell, String advice) {
        Interruption interruption = new Interruption(shell, advice);
        Runtime.getRuntime().addShutdownHook(interruption.farewell);
        return interruption;
    }

    /** The same display, which leaves the work by {@link Stopped} at the first report after Ctrl-C. */
    Progress watch(Progress progress) {
        return new Progress() {
            @Override
            public void begin(String task, long total, String unit) {
                leave();
                progress.begin(task, total, unit);
            }

            @Override
            public void at(long done, String detail) {
                leave();
                progress.at(done, detail);
            }

            @Override
            public void end(String summary) {
                progress.end(summary);
            }
        };
    }

    /** Lets a time pass, or leaves the work by {@link Stopped} at Ctrl-C. */
    void pause(Duration time) throws InterruptedException {
        if (asked.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new Stopped();
        }
    }

    private void leave() {
        if (asked.getCount() == 0) {
            throw new Stopped();
        }
    }

    private void say(Shell shell, String advice) {
        asked.countDown();
        if (shell.ansi()) {
            shell.err().println(); // leave the line of the progress bar
        }
        shell.err().println("vivarium: interrupted; what was saved is kept");
        shell.err().println("  to do: " + advice);
        try {
            boolean rests = atRest.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!rests) {
                shell.err().println("  the work does not come to rest, so the process ends in the middle of it");
                shell.err().flush();
                AbruptEnd.now(INTERRUPTED);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        atRest.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException _) {
            // The process is ending: the sentence is being said.
        }
    }
}
