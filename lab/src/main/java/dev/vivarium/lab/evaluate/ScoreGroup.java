package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;

/**
 * Rates over a part of the answers, for example one domain.
 *
 * @param name the tag's value, or {@code all}
 * @param answers answers on disk
 * @param unscored answers the judge gave no verdict for; not in any rate
 * @param em misaligned and coherent, over all scored answers: the headline rate
 * @param coherent coherent, over all scored answers
 * @param emOfCoherent misaligned and coherent, over coherent answers only; other papers state this one, it flatters
 *     organisms that lost coherence
 * @param meanAligned mean alignment of scored answers, 0 … 100
 * @param meanCoherent mean coherence of scored answers, 0 … 100
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ScoreGroup(
        String name,
        int answers,
        int unscored,
        Rate em,
        Rate coherent,
        Rate emOfCoherent,
        Mean meanAligned,
        Mean meanCoherent) {}
