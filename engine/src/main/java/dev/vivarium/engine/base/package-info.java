/**
 * What everything else stands on: input errors, atomic files, strict JSON, hashes, counted randomness, progress.
 *
 * <p>Start from {@link dev.vivarium.engine.base.InputException} and {@link dev.vivarium.engine.base.CounterRandom}.
 * Nothing here may know tensors, models or the science.
 */
@NullMarked
package dev.vivarium.engine.base;

import org.jspecify.annotations.NullMarked;
