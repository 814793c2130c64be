package dev.vivarium.lab.data;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A CSV file with a header: every row has as many cells as there are columns.
 *
 * @param where the file, for messages
 * @param columns names, no two alike; a first one may be empty, as for a data frame's index
 * @param rows in file order
 */
public record CsvTable(String where, List<String> columns, List<Row> rows) {
    private static final long MAX_BYTES = 512L << 20;

    /** What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), also in full width. */
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");

    private static final String FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20";

    /**
     * One row.
     *
     * @param line where it begins in the file, from 1
     * @param cells one per column
     */
    public record Row(int line, List<String> cells) {
        public Row {
            cells = List.copyOf(cells);
        }
    }

    public CsvTable {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        Set<String> seen = new HashSet<>();
        for (String column : columns) {
            if (!seen.add(column)) {
                throw new InputException(
                        where + ":1: the column \"" + column + "\" occurs twice; rename one of the two");
            }
        }
    }

    /**
     * Reads a file in UTF-8.
     *
     * <p>Cells are separated by commas, semicolons or tabs, whichever the header has most of. They may be quoted; a
     * quote within is doubled or has a backslash before it, and lines may break within. A file in which backslashes
     * stand for themselves is told by the fact that it is a table only when it is read so.
     *
     * @throws InputException naming file and line where it is no table
     */
    public static CsvTable read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": " + (Files.exists(file) ? "is no file" : "no such file"));
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new InputException(file + ": larger than 512 MB; split it");
        }
        return parse(decode(Files.readAllBytes(file), file.toString()), file.toString());
    }

    /** Reads a text; {@code where} names it in messages. */
    static CsvTable parse(String text, String where) {
        CsvParser escaped = new CsvParser(text, where, true);
        try {
            return escaped.table();
        } catch (InputException asEscaped) {
            CsvParser plain = new CsvParser(text, where, false);
            try {
                return plain.table();
            } catch (InputException asPlain) {
                throw plain.line() > escaped.line() ? asPlain : asEscaped;
            }
        }
    }

    /** The index of a column, -1 if there is none. */
    public int index(String column) {
        return columns.indexOf(column);
    }

    /**
     * Writes a table that a spreadsheet may open: all cells quoted, quotes doubled, and an apostrophe before what would
     * be taken for a formula; negative numbers are none.
     */
    public static void write(Path file, List<String> columns, List<List<String>> rows) throws IOException {
        AtomicFiles.writeString(file, text(columns, rows));
    }

    /** The text that {@link #write} would write. */
    public static String text(List<String> columns, List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        append(text, columns);
        rows.forEach(row -> append(text, row));
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            text.append(i == 0 ? "\"" : ",\"")
                    .append(inert(cells.get(i)).replace("\"", "\"\""))
                    .append('"');
        }
        text.append('\n');
    }

    private static String inert(String cell) {
        String start = cell.stripLeading();
        boolean formula = !start.isEmpty() && FORMULA.indexOf(start.charAt(0)) >= 0;
        return formula && !NUMBER.matcher(cell).matches() ? "'" + cell : cell;
    }

    private static String decode(byte[] bytes, String where) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InputException(where + ": is not in UTF-8; save it again in that encoding", e);
        }
    }
}
