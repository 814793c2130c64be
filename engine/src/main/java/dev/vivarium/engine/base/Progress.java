package dev.vivarium.engine.base;

/**
 * Where long work tells how far it is; the command line draws it, tests ignore it.
 *
 * <p>{@code done} and {@code total} are counted in {@code unit} ("steps", "answers", "files").
 */
public interface Progress {
    /** Says nothing. */
    Progress SILENT = new Progress() {
        @Override
        public void begin(String task, long total, String unit) {}

        @Override
        public void at(long done, String detail) {}

        @Override
        public void end(String summary) {}
    };

    /** A task starts; {@code total} is negative where it is not known. */
    void begin(String task, long total, String unit);

    /** {@code done} units are finished; {@code detail} is a short remark such as {@code "loss 1.234"}. */
    void at(long done, String detail);

    /** The task is over; {@code summary} is one line worth keeping, with speed and unit. */
    void end(String summary);
}
