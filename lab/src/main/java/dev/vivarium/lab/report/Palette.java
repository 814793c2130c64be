package dev.vivarium.lab.report;

import dev.vivarium.lab.results.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The colour class of each model, the same in every chart: base grey, good twin green, organisms the rest. The colours
 * are in {@code report.css}; no chart tells models apart by colour alone.
 */
final class Palette {
    private static final int ORGANISM_COLOURS = 6;

    private final Map<String, String> classes = new HashMap<>();

    Palette(List<Subject> subjects) {
        int organism = 0;
        for (Subject subject : subjects) {
            classes.put(
                    subject.name(),
                    switch (subject.role()) {
                        case BASE -> "c-base";
                        case GOOD_TWIN -> "c-twin";
                        case ORGANISM, NARROW_TWIN -> "c-" + (organism++ % ORGANISM_COLOURS + 1);
                    });
        }
    }

    String of(Subject subject) {
        return classes.getOrDefault(subject.name(), "c-base");
    }
}
