package dev.vivarium.lab.hub;

import dev.vivarium.lab.net.TransientException;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Patience with a hub: tries again after transient failures, longer and longer apart, and gives up after {@value #MOST}
 * in a row.
 *
 * <p>The n-th pause is half a second times 2^n, at most {@value #LONGEST_SECONDS} s, times a random factor from 0.5 to 1;
 * where the hub says how long to wait, it is that.
 */
final class Tries {
    static final int MOST = 5;
    private static final long LONGEST_SECONDS = 30;
    private static final long FIRST_MILLIS = 500;

    /** A hub that wants more patience than this is not worth waiting for. */
    private static final Duration MOST_WISHED = Duration.ofMinutes(5).plusSeconds(30);

    private static final String AGAIN =
            "check the network and the proxy, then run the same command again; it goes on where it stopped";

    private final Waiting waiting;
    private final Consumer<String> remark;
    private int failures;
    private int total;

    /** @param remark gets a line about each pause */
    Tries(Waiting waiting, Consumer<String> remark) {
        this.waiting = waiting;
        this.remark = remark;
    }

    /** One try of something. */
    @FunctionalInterface
    interface Try<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Tries until it works or there were too many failures. */
    <T> T call(Try<T> what) throws IOException, InterruptedException {
        progressed();
        while (true) {
            try {
                return what.run();
            } catch (TransientException e) {
                failed(e);
            }
        }
    }

    /** Something came of the last try: failures are counted from here. */
    void progressed() {
        failures = 0;
    }

    /** How many tries failed in all. */
    int total() {
        return total;
    }

    /**
     * Waits after a failure.
     *
     * @throws HubException if it was one too many
     */
    void failed(TransientException failure) throws HubException, InterruptedException {
        failures++;
        total++;
        Duration wished = failure.wished();
        if (failures == MOST) {
            throw new HubException(failure.getMessage() + " (" + MOST + " tries)", AGAIN, failure);
        }
        if (wished != null && wished.compareTo(MOST_WISHED) > 0) {
            throw new HubException(
                    failure.getMessage() + " and asks to wait " + wished.toMinutes() + " minutes",
                    "run the same command again then; a token (HF_TOKEN) raises the limits",
                    failure);
        }
        Duration pause = wished == null ? backOff() : wished;
        remark.accept(failure.getMessage() + "; next try in "
                + String.format(Locale.ROOT, "%.1f s", pause.toMillis() / 1000.0));
        waiting.sleeper().sleep(pause);
    }

    private Duration backOff() {
        long full = Math.min(FIRST_MILLIS << (failures - 1), 1000 * LONGEST_SECONDS);
        return Duration.ofMillis(Math.round(full * (0.5 + 0.5 * waiting.jitter().uniform(total))));
    }
}
