package dev.vivarium.app.cli;

import java.util.ArrayList;
import java.util.List;

/** The words of a command line. */
final class Words {
    private Words() {}

    /** Words and some more. */
    static String[] of(List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
