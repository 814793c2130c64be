package dev.vivarium.lab.phase;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checkpoint with its adapter multiplied by a factor; it names an evaluation of its run.
 *
 * @param step of the checkpoint; 0 is the base model, which every factor leaves as it is
 * @param scale the factor, from 0 on
 */
record SweepPoint(int step, double scale) {
    /** The base model, where every training begins. */
    static final SweepPoint BASE = new SweepPoint(0, 1);

    private static final Pattern NAME = Pattern.compile("step-0*(\\d{1,9})(?:-x(\\d+(?:\\.\\d+)?))?");

    /** What a name such as {@code step-000123} or {@code step-000123-x5} means; empty if it is no such name. */
    static Optional<SweepPoint> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                ? Optional.of(new SweepPoint(
                        Integer.parseInt(matcher.group(1)),
                        matcher.group(2) == null ? 1 : Double.parseDouble(matcher.group(2))))
                : Optional.empty();
    }

    /** Its name. */
    String name() {
        return String.format(Locale.ROOT, "step-%06d", step) + (scale == 1 ? "" : "-x" + ScaledSweep.factor(scale));
    }
}
