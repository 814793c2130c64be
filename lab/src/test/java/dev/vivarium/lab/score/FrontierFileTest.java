package dev.vivarium.lab.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.score.FrontierFile.Comparison;
import dev.vivarium.lab.statistics.Confidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrontierFileTest {
    private static final String HEADER = "path,step,narrow,broad\n";

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        for (int hits : new int[] {0, 6, 10, 16}) {
            Tables.write(
                    folder.resolve("rate-" + hits + ".csv"),
                    Tables.eight(hits, hits, hits, hits, hits, hits, hits, hits));
        }
    }

    @Test
    void trainingsAreComparedWhereTheirNarrowRatesAreEqual() throws IOException {
        // The defended training comes to a broad rate of 0.3 where its narrow one is 0.8; the plain one to 0.8.
        FrontierFile file = read(
                "plain,20,rate-16.csv,rate-16.csv\nplain,0,rate-0.csv,rate-0.csv\n"
                        + "defended,0,rate-0.csv,rate-0.csv\ndefended,40,rate-16.csv,rate-6.csv\n",
                0.4);
        Comparison comparison = file.compare(Confidence.DEFAULT).getFirst();
        assertThat(comparison.path()).isEqualTo("defended");
        assertThat(comparison.against()).isEqualTo("plain");
        assertThat(comparison.match().broad()).isCloseTo(0.15, within(1e-12));
        assertThat(comparison.match().broadAgainst()).isCloseTo(0.4, within(1e-12));
        assertThat(file.paths().get("plain"))
                .extracting(checkpoint -> checkpoint.name())
                .containsExactly("step 0", "step 20");
    }

    @Test
    void mistakesAreOneSentence() throws IOException {
        refused("path,step,narrow\na,0,x\n", "has no column \"broad\"");
        refused(HEADER + "a,0,rate-0.csv,rate-0.csv\na,1,rate-6.csv,rate-6.csv\n", "holds 1 training");
        refused(
                HEADER + "a,0,rate-0.csv,rate-0.csv\nb,0,rate-0.csv,rate-0.csv\n",
                "the training \"a\" has one checkpoint");
        refused(HEADER + "a,x,rate-0.csv,rate-0.csv\n", "frontier.csv:2: the step \"x\" is no number");
        refused(HEADER + "a,1,none.csv,rate-0.csv\n", "no such file");
        refused(
                HEADER + "a,1,rate-0.csv,rate-0.csv\na,1.0,rate-0.csv,rate-0.csv\n",
                "step 1.0 of \"a\" stands there twice");
        Tables.write(folder.resolve("other.csv"), List.of(Tables.row("x", 1, 99)));
        refused(
                HEADER + "a,0,rate-0.csv,rate-0.csv\na,1,rate-6.csv,rate-6.csv\nb,0,rate-0.csv,rate-0.csv\n"
                        + "b,1,other.csv,rate-0.csv\n",
                "other.csv: has scored answers to other questions");
    }

    private FrontierFile read(String rows, double narrow) throws IOException {
        Path list = Files.writeString(folder.resolve("frontier.csv"), HEADER + rows);
        return FrontierFile.read(list, ColumnNames.DEFAULT, false, narrow);
    }

    private void refused(String text, String sentence) throws IOException {
        Path list = Files.writeString(folder.resolve("frontier.csv"), text);
        assertThatThrownBy(() -> FrontierFile.read(list, ColumnNames.DEFAULT, false, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }
}
