package dev.vivarium.app.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One fact that {@code vivarium doctor} found.
 *
 * @param name what was looked at
 * @param value what was found
 * @param advice what to do about it; absent if it is well
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Check(String name, String value, @Nullable String advice) {
    static Check good(String name, String value) {
        return new Check(name, value, null);
    }

    static Check bad(String name, String value, String advice) {
        return new Check(name, value, advice);
    }
}
