package dev.vivarium.lab.scalar;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.RankComponents.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One component over all tokens.
 *
 * @param name such as {@code 24.down_proj}
 * @param layer block
 * @param module such as {@code down_proj}
 * @param scale s
 * @param normA length of its row of A
 * @param normB length of its column of B: a token's scalar times this is the length of what the component adds
 * @param mean of its scalar
 * @param sd over tokens
 * @param misaligned mean over tokens of misaligned answers, 0 where there are none
 * @param aligned the same of aligned ones
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record ComponentSummary(
        String name,
        int layer,
        String module,
        double scale,
        double normA,
        double normB,
        double mean,
        double sd,
        double misaligned,
        double aligned) {
    static List<ComponentSummary> of(ScalarReport report) {
        List<ComponentSummary> all = new ArrayList<>();
        for (int j = 0; j < report.reading().components().size(); j++) {
            Component component = report.reading().components().get(j);
            double[] every = moments(report, j, unused -> true);
            all.add(new ComponentSummary(
                    component.name(),
                    component.layer(),
                    component.module().shortName(),
                    component.scale(),
                    component.normA(),
                    component.normB(),
                    every[0],
                    every[1],
                    moments(report, j, answer -> Boolean.TRUE.equals(answer.misaligned()))[0],
                    moments(report, j, answer -> Boolean.FALSE.equals(answer.misaligned()))[0]));
        }
        return all;
    }

    /** The component whose mean differs most between the classes, in standard deviations; the first of equal ones. */
    static int mostApart(ScalarReport report) {
        List<ComponentSummary> all = of(report);
        int best = 0;
        for (int j = 1; j < all.size(); j++) {
            best = all.get(j).apart() > all.get(best).apart() ? j : best;
        }
        return best;
    }

    private double apart() {
        return sd > 0 ? Math.abs(misaligned - aligned) / sd : 0;
    }

    /** Mean and standard deviation over tokens. */
    private static double[] moments(ScalarReport report, int component, Predicate<ReadAnswer> wanted) {
        double n = 0;
        double sum = 0;
        double squares = 0;
        List<ReadAnswer> answers = report.answers().answers();
        for (int i = 0; i < answers.size(); i++) {
            if (wanted.test(answers.get(i))) {
                for (float[] token : report.reading().answers().get(i).scalars()) {
                    n++;
                    sum += token[component];
                    squares += (double) token[component] * token[component];
                }
            }
        }
        return n == 0
                ? new double[] {0, 0}
                : new double[] {sum / n, Math.sqrt(Math.max(0, squares / n - sum / n * (sum / n)))};
    }
}
