package dev.vivarium.lab.query;

import org.jspecify.annotations.Nullable;

/** Takes the rows of one table. */
@FunctionalInterface
interface Rows {
    /** Adds a row; one value per column, each a text, a number, a truth value or null. */
    void add(@Nullable Object... values);
}
