/**
 * Model weights on disk: safetensors files, single or in shards, mapped without a copy and written atomically.
 *
 * <p>Start from {@link dev.vivarium.engine.weights.WeightFiles} to read and
 * {@link dev.vivarium.engine.weights.SafetensorsWriter} to write. Nothing here may know what a tensor is for, and
 * nothing here reads pickle.
 */
@NullMarked
package dev.vivarium.engine.weights;

import org.jspecify.annotations.NullMarked;
