/**
 * Directions put to the test: added to a model's activations or taken out of them while it answers, beside controls.
 *
 * <p>Start from {@link dev.vivarium.lab.steering.Sweep} and {@link dev.vivarium.lab.steering.Transfer}. Nothing here may find
 * directions; a figure of one setting never stands without its unsteered twin.
 */
@NullMarked
package dev.vivarium.lab.steering;

import org.jspecify.annotations.NullMarked;
