package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InertText;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jline.utils.WCWidth;

/** Two answers beside each other on a wide terminal: a line is shown once both sides have it. */
final class AnswerColumns implements AnswerView {
    /** Narrower columns are harder to read than two texts below each other. */
    static final int LEAST_TERMINAL = 100;

    private static final String GAP = " │ ";
    private static final String TAB = "    ";

    private final PrintStream out;
    private final int width;
    private final Column left;
    private final Column right;

    AnswerColumns(PrintStream out, List<String> labels, int columns) {
        this.out = out;
        this.width = (columns - 1 - GAP.length()) / 2;
        this.left = new Column(width);
        this.right = new Column(width);
        print(fit(labels.get(0)), fit(labels.get(1)));
        out.println("─".repeat(width) + "─┼─" + "─".repeat(width));
    }

    @Override
    public void text(int place, String piece) {
        (place == 0 ? left : right).add(InertText.whole(piece));
        show();
    }

    @Override
    public void end(int place) {
        (place == 0 ? left : right).end();
        show();
    }

    @Override
    public void close() {
        left.end();
        right.end();
        show();
    }

    private void show() {
        while ((left.hasLine() || right.hasLine()) && left.isReady() && right.isReady()) {
            print(left.line(), right.line());
        }
        out.flush();
    }

    private void print(String first, String second) {
        out.println((first + " ".repeat(Math.max(0, width - widthOf(first))) + GAP + second).stripTrailing());
    }

    private String fit(String label) {
        Column column = new Column(width);
        column.add(InertText.line(label));
        column.end();
        return column.line();
    }

    static int widthOf(String text) {
        return text.codePoints()
                .map(point -> Math.max(0, WCWidth.wcwidth(point)))
                .sum();
    }

    /** Breaks a text that comes in pieces into lines of a width, between words where it can. */
    static final class Column {
        private final int width;
        private final Deque<String> lines = new ArrayDeque<>();
        private final StringBuilder open = new StringBuilder();
        private boolean ended;

        Column(int width) {
            this.width = width;
        }

        void add(String text) {
            text.codePoints().forEach(point -> {
                if (point == '\n') {
                    lines.add(open.toString());
                    open.setLength(0);
                } else {
                    open.append(point == '\t' ? TAB : Character.toString(point));
                    wrap();
                }
            });
        }

        private void wrap() {
            String text = open.toString();
            if (widthOf(text.stripTrailing()) <= width) {
                return;
            }
            int space = text.lastIndexOf(' ');
            int cut = space > 0 && !text.substring(0, space).isBlank()
                    ? space
                    : text.offsetByCodePoints(text.length(), -1);
            lines.add(text.substring(0, cut).stripTrailing());
            open.setLength(0);
            open.append(text.substring(cut).stripLeading());
        }

        void end() {
            if (!ended && !open.isEmpty()) {
                lines.add(open.toString());
                open.setLength(0);
            }
            ended = true;
        }

        boolean hasLine() {
            return !lines.isEmpty();
        }

        /** Whether its next line is known: there, or known not to come. */
        boolean isReady() {
            return hasLine() || ended;
        }

        /** The next line, empty if there is none any more. */
        String line() {
            return lines.isEmpty() ? "" : lines.removeFirst();
        }
    }
}
