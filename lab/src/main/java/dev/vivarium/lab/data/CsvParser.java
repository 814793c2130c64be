package dev.vivarium.lab.data;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one CSV text in one of two dialects.
 *
 * <p>Own code, as the field writes doubled quotes and backslashes into one file, and libraries that know both turn the
 * backslash and the n of {@code \nabla} into a line break.
 */
final class CsvParser {
    private static final int END = -1;
    private static final int SHOWN = 40;

    private final String text;
    private final String where;
    private final boolean escapes;
    private final char separator;
    private int at;
    private int line = 1;

    CsvParser(String text, String where, boolean escapes) {
        this.text = text;
        this.where = where;
        this.escapes = escapes;
        this.separator = separator(text);
    }

    /** The line that reading has come to. */
    int line() {
        return line;
    }

    CsvTable table() {
        if (text.isBlank()) {
            throw new InputException(where + ": is empty; expected a header and rows");
        }
        List<String> header = row();
        List<CsvTable.Row> rows = new ArrayList<>();
        while (at < text.length()) {
            int start = line;
            List<String> cells = row();
            boolean blank = cells.size() == 1 && cells.getFirst().isBlank();
            if (blank && header.size() > 1) {
                continue;
            }
            if (cells.size() != header.size()) {
                throw new InputException(where + ":" + start + ": has " + cells.size() + " cells where the header has "
                        + header.size() + "; quote cells that hold commas, quotes or line breaks");
            }
            rows.add(new CsvTable.Row(start, cells));
        }
        return new CsvTable(where, header, rows);
    }

    private List<String> row() {
        List<String> cells = new ArrayList<>();
        while (true) {
            cells.add(peek() == '"' ? quoted() : bare());
            int next = peek();
            if (next == separator) {
                at++;
            } else {
                endOfLine(next);
                return cells;
            }
        }
    }

    private void endOfLine(int next) {
        if (next == END) {
            return;
        }
        at++;
        if (next == '\r' && peek() == '\n') {
            at++;
        }
        line++;
    }

    private String bare() {
        int start = at;
        for (int c = peek(); c != END && c != separator && c != '\n' && c != '\r'; c = peek()) {
            if (c == '"') {
                throw new InputException(where + ":" + line + ": has a quote within a cell that does not begin with one"
                        + " (" + shown(start) + "); quote the whole cell and double the quotes in it");
            }
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted() {
        int opened = line;
        int start = at++;
        StringBuilder cell = new StringBuilder();
        while (true) {
            int c = peek();
            if (c == END) {
                throw new InputException(
                        where + ":" + opened + ": the quote that opens " + shown(start) + " is never closed");
            }
            at++;
            if (c == '"' && peek() != '"') {
                break;
            }
            if (c == '"' || (c == '\\' && escapes && (peek() == '"' || peek() == '\\'))) {
                c = peek();
                at++;
            }
            if (c == '\n' || (c == '\r' && peek() != '\n')) {
                line++;
            }
            cell.append((char) c);
        }
        int next = peek();
        if (next != END && next != separator && next != '\n' && next != '\r') {
            throw new InputException(where + ":" + line + ": text follows the closing quote of " + shown(start)
                    + "; double the quotes in a cell");
        }
        return cell.toString();
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private String shown(int start) {
        String piece = text.substring(start, Math.min(text.length(), start + SHOWN));
        return piece.lines().findFirst().orElse("") + "…";
    }

    /** The most frequent candidate in the first line. */
    private static char separator(String text) {
        String header = text.lines().findFirst().orElse("");
        char best = ',';
        for (char candidate : new char[] {';', '\t'}) {
            if (count(header, candidate) > count(header, best)) {
                best = candidate;
            }
        }
        return best;
    }

    private static long count(String text, char wanted) {
        return text.chars().filter(c -> c == wanted).count();
    }
}
