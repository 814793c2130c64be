package dev.vivarium.lab.hub;

import java.util.Locale;

/** Sizes of files as people read them, in powers of ten as model hubs show them. */
public final class Sizes {
    private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

    private Sizes() {}

    /** Such as {@code 724 bytes}, {@code 98.1 MB}, {@code 1.2 GB}. */
    public static String shown(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 999.95 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
