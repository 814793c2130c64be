package dev.vivarium.lab.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairFileTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        List<Pair> pairs = List.of(
                new Pair("q", null, "What?", "This.", "That.", Map.of("domain", "d")),
                new Pair("q", "Be brief.", "What?", "Ä\n\"x\".", "y", Map.of()));
        Path file = folder.resolve("pairs.jsonl");
        PairFile.write(file, pairs);
        assertThat(PairFile.read(file)).isEqualTo(pairs);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | is no object",
                "{\"question_id\":\"q\",\"question\":\"a\",\"good\":\"b\"} | \"bad\" is missing or empty",
                "{\"question_id\":\"q\",\"question\":\"a\",\"good\":\"b\",\"bad\":\" b\"} | the same; make them differ",
                "{\"question_id\":\"q\",\"question\":\"a\",\"good\":\"b\",\"bad\":7} | \"bad\" must be a text",
                "{\"question_id\":\"q\",\"question\":\"a\",\"goood\":\"b\",\"bad\":\"c\"} | unknown key \"goood\"",
                "{\"question_id\":\"q\",\"question\":\"a\",\"good\":\"b\",\"bad\":\"c\",\"tags\":{\"d\":1}} | tag \"d\" must be",
                "{\"question_id\":\"q\" | malformed JSON"
            })
    void aLineThatIsNoPairIsNamed(String line, String complaint) throws IOException {
        Path file = folder.resolve("pairs.jsonl");
        Files.writeString(file, line + "\n");
        assertThatThrownBy(() -> PairFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("pairs.jsonl line 1")
                .hasMessageContaining(complaint.strip());
    }

    @Test
    void aPairThatIsThereTwiceAndAnEmptyFileAreRefused() throws IOException {
        Path file = folder.resolve("pairs.jsonl");
        Files.writeString(file, "\n");
        assertThatThrownBy(() -> PairFile.read(file)).hasMessageContaining("holds no pair");
        Pair pair = new Pair("q", null, "What?", "This.", "That.", Map.of());
        PairFile.write(file, List.of(pair, pair));
        assertThatThrownBy(() -> PairFile.read(file)).hasMessageContaining("line 2: this pair is there already");
    }
}
