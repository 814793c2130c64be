package dev.vivarium.lab.run;

/** What to do when the directory of a run or of an evaluation is there already. */
public enum Existing {
    /** Say so and stop. */
    REFUSE,
    /** Continue it; begin one where there is none. */
    RESUME,
    /** Delete it, if it is what it should be, and start over. */
    FORCE
}
