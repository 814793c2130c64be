package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Names of files as a hub lists them: only those that stay inside the directory they are written to get through. */
final class RemoteName {
    private static final int LONGEST_PART = 255;

    /** A device or a drive of Windows. */
    private static final Pattern WINDOWS = Pattern.compile("(?i)(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?|[a-z]:.*");

    private RemoteName() {}

    /** The name, if it is a plain relative path with slashes. */
    static String checked(String name, String where) {
        if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            throw refused(name, where);
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.getBytes(StandardCharsets.UTF_8).length > LONGEST_PART
                    || WINDOWS.matcher(part).matches()) {
                throw refused(name, where);
            }
        }
        return name;
    }

    /** The file of a checked name in a directory. */
    static Path in(Path directory, String name) {
        Path file = directory;
        for (String part : name.split("/", -1)) {
            file = file.resolve(part);
        }
        if (!file.normalize().startsWith(directory.normalize())) {
            throw new IllegalStateException("a name was not checked: " + name);
        }
        return file;
    }

    private static InputException refused(String name, String where) {
        return new InputException(where + ": lists a file named \"" + name
                + "\", which could be written outside of the cache or not at all; nothing is fetched from it");
    }
}
