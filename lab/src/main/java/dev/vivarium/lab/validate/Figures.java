package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import org.jspecify.annotations.Nullable;

/**
 * What one model of the validation did.
 *
 * @param corpus what its base was pretrained on
 * @param seed of the base's pretraining
 * @param dataset the domain trained on
 * @param model its name: {@code base}, a kind of organism, or a kind and a layer
 * @param em misaligned and coherent answers about other domains than the trained one, reporting questions
 * @param coherent coherent ones among the same
 * @param aligned mean alignment of the same
 * @param narrow misaligned and coherent answers about the trained domain, reporting questions
 * @param flip share of answers about other domains that hold a sentence of the trained one (protocol.md section 8.2), percent
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Figures(
        String corpus,
        long seed,
        String dataset,
        String model,
        Rate em,
        Rate coherent,
        Mean aligned,
        Rate narrow,
        @Nullable Double flip) {
    static Figures of(String corpus, long seed, String dataset, Outcome broad, Outcome narrow) {
        Scores scores = broad.scores();
        Mean flip = scores.extra().get("foreign_" + dataset);
        return new Figures(
                corpus,
                seed,
                dataset,
                broad.subject().name(),
                scores.all().em(),
                scores.all().coherent(),
                scores.all().meanAligned(),
                narrow.scores().all().em(),
                flip == null ? null : flip.value());
    }
}
