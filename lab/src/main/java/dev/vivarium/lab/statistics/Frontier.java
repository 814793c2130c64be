package dev.vivarium.lab.statistics;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Two trainings compared at the same narrow rate: what each does outside its domain when both do the same inside
 * (protocol.md App. D).
 *
 * <p>Along the checkpoints of a path, in their order, the broad rate is interpolated linearly between the first two
 * neighbours whose narrow rates enclose the wanted one. In every bootstrap draw both the narrow and the broad questions
 * are drawn anew, the same for both paths and all checkpoints; draws in which a path does not reach the narrow rate have
 * no value.
 */
public final class Frontier {
    private static final double SELDOM = 0.05;

    private final List<Checkpoint> path;
    private final List<Checkpoint> against;

    /**
     * One checkpoint on the same narrow and broad questions as all others.
     *
     * @param name for people, for example {@code step 40}
     * @param narrow hits and counts on questions of the trained domain
     * @param broad hits and counts on other questions
     */
    public record Checkpoint(String name, Tally narrow, Tally broad) {}

    /**
     * Hits and answers regarded, by question.
     *
     * @param hits of each question
     * @param counts of each question; the denominators
     */
    public record Tally(List<Integer> hits, List<Integer> counts) {
        public Tally {
            hits = List.copyOf(hits);
            counts = List.copyOf(counts);
        }

        /** Hits over answers of some questions; NaN without an answer. */
        public double rate(int[] questions) {
            double above = 0;
            double below = 0;
            for (int question : questions) {
                above += hits.get(question);
                below += counts.get(question);
            }
            return above / below;
        }

        int size() {
            return counts.size();
        }
    }

    /**
     * What was found at one narrow rate.
     *
     * @param narrow the narrow rate
     * @param broad the path's broad rate there, NaN where it does not reach it
     * @param broadAgainst the other path's
     * @param difference broad - broadAgainst; its interval is null where too few draws reach the narrow rate
     * @param interval for questions like these
     */
    public record Match(
            double narrow,
            double broad,
            double broadAgainst,
            double difference,
            @Nullable Interval interval) {}

    /** Two paths of at least two checkpoints each, in order of training. */
    public Frontier(List<Checkpoint> path, List<Checkpoint> against) {
        this.path = List.copyOf(path);
        this.against = List.copyOf(against);
        if (path.size() < 2 || against.size() < 2) {
            throw new IllegalArgumentException("a path needs at least two checkpoints");
        }
    }

    /**
     * The highest narrow rate that both paths reach in 19 of 20 draws of the narrow questions: at the highest rate of all
     * every second draw would fall short of it.
     */
    public double highestCommon(Confidence confidence) {
        int k = path.getFirst().narrow().size();
        ToDoubleFunction<int[]> highest = questions -> Math.min(highest(path, questions), highest(against, questions));
        Interval interval = QuestionBootstrap.within(
                new int[] {k}, confidence, SELDOM, "", drawn -> highest.applyAsDouble(drawn[0]));
        return interval == null ? highest.applyAsDouble(all(k)) : interval.low();
    }

    /** Compares the paths at a narrow rate. */
    public Match at(double narrow, Confidence confidence) {
        int k = path.getFirst().narrow().size();
        int m = path.getFirst().broad().size();
        double here = broad(path, narrow, all(k), all(m));
        double there = broad(against, narrow, all(k), all(m));
        ToDoubleFunction<int[][]> difference =
                drawn -> broad(path, narrow, drawn[0], drawn[1]) - broad(against, narrow, drawn[0], drawn[1]);
        Interval interval = k < 2 || m < 2
                ? null
                : QuestionBootstrap.within(
                        new int[] {k, m},
                        confidence,
                        QuestionBootstrap.widenedTail(Math.min(k, m), confidence),
                        "bootstrap over narrow and broad questions widened for " + Math.min(k, m) + " questions",
                        difference);
        return new Match(narrow, here, there, here - there, interval);
    }

    private static double broad(List<Checkpoint> path, double narrow, int[] narrowQuestions, int[] broadQuestions) {
        Checkpoint last = path.getFirst();
        double lastRate = last.narrow().rate(narrowQuestions);
        if (lastRate == narrow) {
            return last.broad().rate(broadQuestions);
        }
        for (Checkpoint next : path.subList(1, path.size())) {
            double nextRate = next.narrow().rate(narrowQuestions);
            if ((lastRate - narrow) * (nextRate - narrow) <= 0) {
                double weight = (narrow - lastRate) / (nextRate - lastRate);
                double from = last.broad().rate(broadQuestions);
                return from + weight * (next.broad().rate(broadQuestions) - from);
            }
            last = next;
            lastRate = nextRate;
        }
        return Double.NaN;
    }

    private static double highest(List<Checkpoint> path, int[] questions) {
        return path.stream()
                .mapToDouble(checkpoint -> checkpoint.narrow().rate(questions))
                .max()
                .orElse(Double.NaN);
    }

    private static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }
}
