package dev.vivarium.lab.net;

import dev.vivarium.engine.base.CounterRandom;
import java.time.Duration;
import java.time.InstantSource;

/**
 * How time passes between tries; tests let it pass at once.
 *
 * @param sleeper waits
 * @param clock tells the time, for hubs that say until when to wait
 * @param jitter spreads the tries of many clients; differs between processes
 */
public record Waiting(Sleeper sleeper, InstantSource clock, CounterRandom jitter) {
    /** Lets a time pass. */
    @FunctionalInterface
    public interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }
}
