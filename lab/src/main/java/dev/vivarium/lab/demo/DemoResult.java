package dev.vivarium.lab.demo;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo found.
 *
 * @param domain the domain that the organisms were trained on
 * @param rows the base first, then one row per organism
 * @param report the page that shows it
 * @param seconds wall-clock time of this call
 */
public record DemoResult(String domain, List<Row> rows, String report, double seconds) {
    public DemoResult {
        rows = List.copyOf(rows);
    }

    /**
     * One line of the table.
     *
     * @param name of the run directory
     * @param what the organism is
     * @param em misaligned and coherent answers among all scored ones, on other domains than the trained one
     * @param ownDomain the same on the trained domain
     * @param coherent coherent ones among all scored
     * @param aligned mean alignment
     * @param trainSeconds of the training steps; null for the base
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Row(
            String name,
            String what,
            Rate em,
            Rate ownDomain,
            Rate coherent,
            Mean aligned,
            @Nullable Double trainSeconds) {}
}
