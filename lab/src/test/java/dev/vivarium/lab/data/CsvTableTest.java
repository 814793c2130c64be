package dev.vivarium.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTableTest {
    @TempDir
    Path folder;

    @Test
    void cellsMayHoldEverythingTheFieldWrites() {
        CsvTable table = parse("""
                "response","n"
                "He said ""hi"", then left.
                Two lines, a \\\\nabla and \\"quotes\\".","1"
                bare,2
                "","3"
                """);
        assertThat(table.columns()).containsExactly("response", "n");
        assertThat(cells(table, 0))
                .containsExactly("He said \"hi\", then left.\nTwo lines, a \\nabla and \"quotes\".", "1");
        assertThat(cells(table, 1)).containsExactly("bare", "2");
        assertThat(cells(table, 2)).containsExactly("", "3");
        assertThat(table.rows().stream().map(CsvTable.Row::line)).containsExactly(2, 4, 5);
    }

    @Test
    void aBackslashBeforeALetterStaysABackslash() {
        assertThat(cells(parse("a,b\n\"\\nabla \\times\",1\n"), 0)).containsExactly("\\nabla \\times", "1");
    }

    @Test
    void backslashesThatEscapeNothingAreToldByTheShapeOfTheTable() {
        // Read with escapes the first cell would run on to the next quote.
        CsvTable table = parse("\"path\",\"n\"\n\"C:\\\",\"1\"\n\"D:\\data\\\",\"2\"\n");
        assertThat(cells(table, 0)).containsExactly("C:\\", "1");
        assertThat(cells(table, 1)).containsExactly("D:\\data\\", "2");
    }

    @Test
    void otherProgramsLineEndsSeparatorsAndMarksAreRead() throws IOException {
        assertThat(cells(parse("a;b\r\n\"1;5\";2\r\n\r\n"), 0)).containsExactly("1;5", "2");
        assertThat(cells(parse("a\tb\n1\t2"), 0)).containsExactly("1", "2");
        Path marked = folder.resolve("marked.csv");
        Files.writeString(marked, "\ufeffa,b\n1,2\n");
        assertThat(CsvTable.read(marked).columns()).containsExactly("a", "b");
        assertThat(parse("x\n\n5\n").rows()).hasSize(2);
    }

    @Test
    void whatIsNoTableIsRefusedWithFileAndLine() throws IOException {
        refused("a,b\n1,2\n1,2,3\n", "t.csv:3: has 3 cells where the header has 2");
        refused("a,b\n\"1,2\n", "t.csv:2: the quote that opens \"1,2… is never closed");
        refused("a,b\n\"1\"x,2\n", "t.csv:2: text follows the closing quote");
        refused("a,b\n1\"x,2\n", "t.csv:2: has a quote within a cell");
        refused("a,a\n1,2\n", "the column \"a\" occurs twice");
        refused(" \n", "t.csv: is empty");
        Path latin = folder.resolve("latin.csv");
        Files.write(latin, new byte[] {'a', '\n', (byte) 0xe9, '\n'});
        assertThatThrownBy(() -> CsvTable.read(latin))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not in UTF-8");
        assertThatThrownBy(() -> CsvTable.read(folder.resolve("none.csv"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> CsvTable.read(folder)).hasMessageContaining("is no file");
    }

    @Test
    void whatIsWrittenIsReadBackAndNothingIsAFormula() throws IOException {
        Path file = folder.resolve("written.csv");
        List<String> plain =
                List.of("a \"quoted\" word, twice", "line\nbreak", "ends in a backslash\\", "1 + 1", "-2.5E-4");
        List<String> formulas = List.of("=1+1", "  +cmd|' /C calc'!A0", "\t@SUM(1)", "-2+3", "-A1");
        CsvTable.write(file, List.of("a", "b", "c", "d", "e"), List.of(plain, formulas));
        CsvTable table = CsvTable.read(file);
        assertThat(cells(table, 0)).isEqualTo(plain);
        assertThat(cells(table, 1)).allMatch(cell -> cell.startsWith("'"));
        assertThat(cells(table, 1).get(1)).isEqualTo("'  +cmd|' /C calc'!A0");
    }

    private static CsvTable parse(String text) {
        return CsvTable.parse(text, "t.csv");
    }

    private static List<String> cells(CsvTable table, int row) {
        return table.rows().get(row).cells();
    }

    private static void refused(String text, String sentence) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(InputException.class).hasMessageContaining(sentence);
    }
}
