/**
 * Runs and evaluations as values, read from their directories.
 *
 * <p>Start from {@link dev.vivarium.lab.results.Results} and {@link dev.vivarium.lab.results.Subject}. Nothing here may write,
 * show or compute a rate.
 */
@NullMarked
package dev.vivarium.lab.results;

import org.jspecify.annotations.NullMarked;
