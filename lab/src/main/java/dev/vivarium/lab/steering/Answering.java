package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.run.Existing;
import org.jspecify.annotations.Nullable;

/**
 * How answers are got and judged.
 *
 * @param judged name of a judging below each evaluation whose scores count; null for those of the judge
 */
public record Answering(
        Judge judge,
        EvaluationPlan plan,
        Existing existing,
        @Nullable String judged,
        Progress progress) {
    /** The same with another number of answers to each question. */
    Answering withSamples(int samples) {
        EvaluationPlan other =
                new EvaluationPlan(samples, plan.sampling(), plan.defaultSystem(), plan.compute(), plan.facts());
        return new Answering(judge, other, existing, judged, progress);
    }
}
