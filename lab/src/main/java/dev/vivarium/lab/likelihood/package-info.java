/**
 * Meters without a judge: what probability models give to texts that they are shown.
 *
 * <p>Start from {@link dev.vivarium.lab.likelihood.PairMeter}, which compares models on given answers, and
 * {@link dev.vivarium.lab.likelihood.Dispositions}, which asks who would have written an answer. Nothing here may sample, or
 * know of a run directory.
 */
@NullMarked
package dev.vivarium.lab.likelihood;

import org.jspecify.annotations.NullMarked;
