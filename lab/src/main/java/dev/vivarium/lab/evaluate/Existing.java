package dev.vivarium.lab.evaluate;

/** What to do when the directory of an evaluation holds one already. */
public enum Existing {
    /** Say so and stop. */
    REFUSE,
    /** Continue it; begin one where there is none. */
    RESUME,
    /** Delete it and start over. */
    FORCE
}
