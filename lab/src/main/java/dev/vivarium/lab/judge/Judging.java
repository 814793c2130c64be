package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.net.Waiting;
import dev.vivarium.lab.run.Existing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judging through an endpoint.
 *
 * @param plan what is judged by what
 * @param endpoint who is asked
 * @param directory where the files go
 * @param concurrency requests in flight together
 * @param perMinute most requests in a minute; 0 for no such limit
 * @param maxRequests most requests over all calls, failed ones included; null for any number
 * @param maxCost most money over all calls; null for any
 * @param price what tokens cost; null if it is not known
 */
public record Judging(
        JudgingPlan plan,
        Endpoint endpoint,
        Path directory,
        int concurrency,
        double perMinute,
        @Nullable Long maxRequests,
        @Nullable Double maxCost,
        @Nullable Price price) {
    public Judging {
        plan.prompts().requireWholeReplies();
    }

    /**
     * What is still to be asked.
     *
     * @param replies replies that all answers take
     * @param onDisk how many of them are there already
     * @param promptTokens a guess at the tokens of the others
     * @param completionTokens the most that they may write
     * @param cost a guess at what they cost; null if no price is known
     */
    public record Estimate(
            int replies,
            int onDisk,
            long promptTokens,
            long completionTokens,
            @Nullable Double cost) {}

    /** Looks at what is to be done without sending or writing anything; refuses what {@link #run} would refuse. */
    public Estimate estimate(Existing existing) throws IOException {
        JudgingDirectory.check(directory, existing, plan.identity());
        limits();
        List<JudgingTask> tasks = plan.tasks();
        List<String> there = existing == Existing.RESUME
                ? JudgingDirectory.earlier(directory).stream()
                        .map(reply -> reply.request() + reply.sample())
                        .toList()
                : List.of();
        Set<String> known = new HashSet<>(there);
        List<JudgingTask> missing = tasks.stream()
                .filter(task -> !known.contains(task.request() + task.sample()))
                .toList();
        long read = missing.stream()
                .mapToLong(task -> TokenEstimate.of(task.prompt()))
                .sum();
        long written = (long) missing.size() * plan.aggregation().tokens();
        return new Estimate(
                tasks.size(),
                tasks.size() - missing.size(),
                read,
                written,
                price == null ? null : price.of(read, written));
    }

    /**
     * Asks what is missing, and writes verdicts of all there is.
     *
     * @throws dev.vivarium.engine.base.InputException if the files belong to another judging
     */
    public JudgingOutcome run(Existing existing, Waiting waiting, Progress progress) throws IOException {
        Budget.Limits limits = limits();
        Pace pace = new Pace(waiting, perMinute);
        try (ChatCompletions client = new ChatCompletions(endpoint, plan.aggregation(), waiting.clock())) {
            return JudgingRun.run(
                    plan,
                    directory,
                    existing,
                    earlier -> new RemoteExaminer(
                            client,
                            pace,
                            new Budget(limits, earlier),
                            limits,
                            waiting,
                            concurrency,
                            plan.aggregation().tokens(),
                            endpoint.timeout()),
                    progress);
        }
    }

    private Budget.Limits limits() {
        return new Budget.Limits(maxRequests, maxCost, price);
    }
}
