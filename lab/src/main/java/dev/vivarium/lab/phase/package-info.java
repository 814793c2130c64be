/**
 * The phase report: when the weights of a training turn and when behaviour changes, with null models and intervals.
 *
 * <p>Start from {@link dev.vivarium.lab.phase.Phase} and {@link dev.vivarium.lab.phase.PhaseReport}. Nothing here may
 * know a base model, sample or judge; rates come from files.
 */
@NullMarked
package dev.vivarium.lab.phase;

import org.jspecify.annotations.NullMarked;
