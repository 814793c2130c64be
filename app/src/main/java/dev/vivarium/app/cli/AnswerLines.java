package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InertText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Answers one below the other: the first as it is made, the others as soon as those before them have ended. */
final class AnswerLines implements AnswerView {
    private final PrintStream out;
    private final List<String> labels;
    private final List<StringBuilder> held = new ArrayList<>();
    private final List<Boolean> ended = new ArrayList<>();
    private int shown;
    private boolean begun;

    /**
     * @param labels a line above each answer; empty for none
     * @param count number of answers
     */
    AnswerLines(PrintStream out, List<String> labels, int count) {
        this.out = out;
        this.labels = List.copyOf(labels);
        for (int i = 0; i < count; i++) {
            held.add(new StringBuilder());
            ended.add(false);
        }
    }

    @Override
    public void text(int place, String piece) {
        held.get(place).append(InertText.whole(piece));
        show();
    }

    @Override
    public void end(int place) {
        ended.set(place, true);
        show();
    }

    @Override
    public void close() {
        for (int place = 0; place < ended.size(); place++) {
            end(place);
        }
    }

    private void show() {
        while (shown < held.size()) {
            if (!begun && !labels.isEmpty()) {
                out.println(labels.get(shown));
            }
            begun = true;
            StringBuilder text = held.get(shown);
            out.print(text);
            text.setLength(0);
            if (!ended.get(shown)) {
                out.flush();
                return;
            }
            out.println();
            begun = false;
            shown++;
        }
    }
}
