package dev.vivarium.app.cli;

import java.util.List;

/** A command with commands of its own, each a class. */
interface CommandGroup {
    /** Those below it, in the order of its help. */
    List<Object> below();
}
