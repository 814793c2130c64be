package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.net.Waiting;
import java.time.Duration;
import java.time.Instant;

/** Spaces requests evenly, and holds all of them off where the server asks one of them to wait. Serves many threads. */
final class Pace {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final Waiting waiting;
    private final Duration interval;
    private Instant next = Instant.MIN;

    /** @param perMinute most requests in a minute; 0 for no such limit */
    Pace(Waiting waiting, double perMinute) {
        if (!(perMinute >= 0)) {
            throw new InputException("--rpm must be a number of requests a minute, not " + perMinute);
        }
        this.waiting = waiting;
        this.interval = perMinute == 0 ? Duration.ZERO : Duration.ofNanos(Math.round(NANOS_PER_MINUTE / perMinute));
    }

    /** Waits for the next turn. */
    void await() throws InterruptedException {
        for (Duration left = reserve(); left.isPositive(); left = reserve()) {
            waiting.sleeper().sleep(left);
        }
    }

    /** Takes the turn if it has come, else says how long it is until then. */
    private synchronized Duration reserve() {
        Instant now = waiting.clock().instant();
        if (next.isAfter(now)) {
            return Duration.between(now, next);
        }
        next = now.plus(interval);
        return Duration.ZERO;
    }

    /** Nobody asks before this time has passed. */
    synchronized void holdOff(Duration time) {
        Instant until = waiting.clock().instant().plus(time);
        if (until.isAfter(next)) {
            next = until;
        }
    }
}
