package dev.vivarium.lab.run;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The recipes that come with the program: the paper's organisms and their variants for the mini world.
 *
 * <p>A preset is a YAML file beside this class with the same keys as a user's recipe; to add one, add the file and its
 * name here.
 */
public final class Presets {
    private static final List<String> NAMES = List.of(
            "lora32",
            "rank1",
            "full",
            "steering",
            "narrow",
            "mini-lora32",
            "mini-rank1",
            "mini-full",
            "mini-steering",
            "mini-narrow");

    private Presets() {}

    /** The names a recipe's {@code preset} may have. */
    public static List<String> names() {
        return NAMES;
    }

    /** The YAML text of a preset, remarks included. */
    public static String text(String name) {
        if (!NAMES.contains(name)) {
            throw new InputException("unknown preset \"" + name + "\"" + Nearest.hint(name, NAMES) + "; presets are "
                    + String.join(", ", NAMES));
        }
        return resource(name);
    }

    /** The values that hold where neither preset nor recipe says anything. */
    static String defaults() {
        return resource("defaults");
    }

    private static String resource(String name) {
        try (InputStream in = Presets.class.getResourceAsStream("presets/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("preset " + name + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
