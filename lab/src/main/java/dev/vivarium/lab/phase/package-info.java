/**
 * The phase report: when the weights of a training turn and when behaviour changes, with null models and intervals.
 *
 * <p>Start from {@link dev.vivarium.lab.phase.Phase} and {@link dev.vivarium.lab.phase.PhaseReport}. Nothing here may
 * load a model, sample or judge; rates come from files, and {@link dev.vivarium.lab.phase.ScaledSweep} only says who is to
 * be asked.
 */
@NullMarked
package dev.vivarium.lab.phase;

import org.jspecify.annotations.NullMarked;
