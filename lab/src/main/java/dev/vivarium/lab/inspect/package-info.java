/**
 * What lies in a model or adapter directory, told from the headers of its files.
 *
 * <p>Start from {@link dev.vivarium.lab.inspect.ModelInspection} and {@link dev.vivarium.lab.inspect.AdapterInspection}.
 * Nothing here computes with a model or writes a file.
 */
@NullMarked
package dev.vivarium.lab.inspect;

import org.jspecify.annotations.NullMarked;
