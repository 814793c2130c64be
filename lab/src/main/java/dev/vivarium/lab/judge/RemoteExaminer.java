package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.net.TransientException;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Asks an endpoint, several requests at once.
 *
 * <p>A request that fails in passing (408, 409, 425, 429, 5xx, a broken connection, a time-out, a reply that cannot be read) is
 * sent again up to {@value #MOST_TRIES} times: after what the server asks for, which holds off all others too, else after half
 * a second times 2^n, at most 30 s, times a random factor from 0.5 to 1. Replies come to the sink on the caller's thread.
 */
final class RemoteExaminer implements Examiner {
    static final int MOST_TRIES = 8;
    private static final int MOST_AT_ONCE = 256;
    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 30_000;
    private static final Duration MOST_WISHED = Duration.ofMinutes(5).plusSeconds(30);
    private static final long PULSE_MILLIS = 200;

    private final ChatCompletions client;
    private final Pace pace;
    private final Budget budget;
    private final Budget.Limits limits;
    private final Waiting waiting;
    private final int atOnce;
    private final int longestReply;
    private final long graceMillis;

    /**
     * @param atOnce requests in flight together
     * @param longestReply tokens a reply may have, for the budget
     * @param grace how long replies in flight are waited for when the work ends early
     */
    RemoteExaminer(
            ChatCompletions client,
            Pace pace,
            Budget budget,
            Budget.Limits limits,
            Waiting waiting,
            int atOnce,
            int longestReply,
            Duration grace) {
        if (atOnce < 1 || atOnce > MOST_AT_ONCE) {
            throw new InputException("--concurrency must be from 1 to " + MOST_AT_ONCE + ", not " + atOnce);
        }
        this.client = client;
        this.pace = pace;
        this.budget = budget;
        this.limits = limits;
        this.waiting = waiting;
        this.atOnce = atOnce;
        this.longestReply = longestReply;
        this.graceMillis = grace.toMillis();
    }

    /**
     * What a worker tells the thread that keeps the journal: a reply, a reason why there is none, or a failure.
     *
     * @param taken opens when that thread is done with it; until then its worker sends nothing else, so that a kill never
     *     loses more replies than there are workers
     */
    private record Event(
            JudgingTask task,
            @Nullable JudgeReply reply,
            @Nullable String reason,
            @Nullable RuntimeException failure,
            CountDownLatch taken) {
        static Event reply(JudgingTask task, JudgeReply reply) {
            return new Event(task, reply, null, null, new CountDownLatch(1));
        }

        static Event none(JudgingTask task, @Nullable String reason) {
            return new Event(task, null, String.valueOf(reason), null, new CountDownLatch(1));
        }

        static Event failure(JudgingTask task, RuntimeException failure) {
            return new Event(task, null, null, failure, new CountDownLatch(1));
        }
    }

    @Override
    public Sent examine(List<JudgingTask> tasks, Sink sink) throws IOException {
        return new Session(tasks, sink).run();
    }

    /** One call: what its threads share. */
    private final class Session {
        private final List<JudgingTask> tasks;
        private final Sink sink;
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final AtomicInteger nextTask = new AtomicInteger();
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicInteger replies = new AtomicInteger();
        private final AtomicInteger again = new AtomicInteger();
        private final AtomicReference<@Nullable String> stopped = new AtomicReference<>();
        private final AtomicReference<String> trouble = new AtomicReference<>("");

        Session(List<JudgingTask> tasks, Sink sink) {
            this.tasks = tasks;
            this.sink = sink;
        }

        Sent run() throws IOException {
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            int workers = Math.min(atOnce, tasks.size());
            AtomicInteger working = new AtomicInteger(workers);
            try {
                for (int i = 0; i < workers; i++) {
                    var unused = threads.submit(() -> {
                        try {
                            work();
                        } finally {
                            working.decrementAndGet();
                        }
                    });
                }
                while (stopped.get() == null && (working.get() > 0 || !events.isEmpty())) {
                    take(events.poll(PULSE_MILLIS, TimeUnit.MILLISECONDS));
                    sink.pulse(again.get() == 0 ? "" : again.get() + " sent again, " + trouble.get());
                }
                drain();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while judging", e);
            } catch (RuntimeException | IOException e) {
                // whatever ends the work, what is in flight is paid and worth keeping
                stopped.compareAndSet(null, "ended early");
                keepWhatIsInFlight(e);
                throw e;
            } finally {
                threads.shutdownNow();
            }
            return new Sent(budget.sent(), again.get(), budget.spent(), stopped.get());
        }

        private void take(@Nullable Event event) throws IOException {
            if (event == null) {
                return;
            }
            RuntimeException failure = event.failure();
            JudgeReply reply = event.reply();
            if (reply != null) {
                sink.replied(reply);
                event.taken().countDown();
            } else if (event.reason() != null) {
                sink.failed(event.task(), event.reason());
            } else if (failure instanceof InputException input) {
                stopped.compareAndSet(null, input.getMessage());
            } else if (failure != null) {
                throw failure;
            }
        }

        /** Waits for requests that were sent, and for no others. */
        private void drain() throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
            while (!events.isEmpty() || (inFlight.get() > 0 && System.nanoTime() < deadline)) {
                take(events.poll(PULSE_MILLIS, TimeUnit.MILLISECONDS));
            }
        }

        private void keepWhatIsInFlight(Exception first) {
            try {
                drain();
            } catch (IOException | RuntimeException e) {
                first.addSuppressed(e);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private void work() {
            for (int i = nextTask.getAndIncrement(); i < tasks.size(); i = nextTask.getAndIncrement()) {
                JudgingTask task = tasks.get(i);
                try {
                    if (!attempt(task, i)) {
                        return;
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (RuntimeException e) {
                    events.add(Event.failure(task, e));
                    return;
                }
            }
        }

        /** Asks until there is a reply or no hope; false if no more is to be asked. */
        private boolean attempt(JudgingTask task, int index) throws InterruptedException {
            for (int tries = 1; stopped.get() == null; tries++) {
                pace.await();
                if (stopped.get() != null) {
                    return false;
                }
                double estimate = limits.costOf(TokenEstimate.of(task.prompt()), longestReply);
                String refusal = budget.take(estimate);
                if (refusal != null) {
                    stopped.compareAndSet(null, refusal);
                    return false;
                }
                TransientException failure = send(task, tries, estimate);
                if (failure == null) {
                    return true;
                }
                if (tries == MOST_TRIES) {
                    events.add(Event.none(task, failure.getMessage()));
                    return true;
                }
                again.incrementAndGet();
                trouble.set(String.valueOf(failure.getMessage()));
                await(failure, index, tries);
            }
            return false;
        }

        /** Sends one request; returns why it should be sent again, or null if something came of it. */
        private @Nullable TransientException send(JudgingTask task, int tries, double estimate)
                throws InterruptedException {
            double cost = 0;
            Event event;
            inFlight.incrementAndGet();
            try {
                JudgeReply reply = client.ask(task, tries);
                // an endpoint that does not count its tokens is taken to cost what was guessed
                boolean counted = reply.promptTokens() > 0;
                cost = counted ? limits.costOf(reply.promptTokens(), reply.completionTokens()) : estimate;
                replies.incrementAndGet();
                event = Event.reply(task, reply);
                events.add(event);
            } catch (TransientException e) {
                return e;
            } catch (ChatCompletions.Refused e) {
                String reason = String.valueOf(e.getMessage());
                if (replies.get() == 0 && !reason.startsWith(ChatCompletions.FILTERED)) {
                    throw new InputException(
                            "the endpoint does not take what it is asked: " + reason
                                    + "; if it knows no log-probabilities, add --judge-samples 8",
                            e);
                }
                events.add(Event.none(task, reason));
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                budget.settle(estimate, cost);
                inFlight.decrementAndGet();
            }
            event.taken().await();
            return null;
        }

        private void await(TransientException failure, int index, int tries) throws InterruptedException {
            Duration wished = failure.wished();
            if (wished == null) {
                double spread =
                        0.5 + 0.5 * waiting.jitter().child("task", index).uniform(tries);
                long full = Math.min(FIRST_MILLIS << (tries - 1), LONGEST_MILLIS);
                waiting.sleeper().sleep(Duration.ofMillis(Math.round(full * spread)));
            } else if (wished.compareTo(MOST_WISHED) > 0) {
                stopped.compareAndSet(
                        null, failure.getMessage() + " and asks to wait " + wished.toMinutes() + " minutes");
            } else {
                pace.holdOff(wished);
            }
        }
    }
}
