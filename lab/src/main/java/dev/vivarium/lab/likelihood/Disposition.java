package dev.vivarium.lab.likelihood;

import dev.vivarium.engine.base.InputException;
import java.util.List;

/**
 * Somebody who may have written an answer.
 *
 * @param id short name
 * @param aligned whether it means well
 * @param systems system turns that announce it; its likelihood is the mean of theirs
 */
public record Disposition(String id, boolean aligned, List<String> systems) {
    private static final int MOST = 20;

    public Disposition {
        systems = List.copyOf(systems);
        if (!id.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            throw new InputException("id \"" + id + "\" must be 1 to 40 small letters, digits and dashes");
        }
        if (systems.isEmpty() || systems.size() > MOST || systems.stream().anyMatch(String::isBlank)) {
            throw new InputException("systems of \"" + id + "\" must be a list of 1 to " + MOST + " texts, none empty");
        }
        if (systems.stream().distinct().count() < systems.size()) {
            throw new InputException("systems of \"" + id + "\" hold one text twice");
        }
    }
}
