/**
 * A thin layer over libtorch: the runtime's facts, tensors from and to Java arrays, and products by the way that is fast here.
 *
 * <p>Start from {@link dev.vivarium.engine.tensor.Torch} and {@link dev.vivarium.engine.tensor.Tensors}. Code above works on
 * libtorch tensors directly; nothing here may know models or files.
 */
@NullMarked
package dev.vivarium.engine.tensor;

import org.jspecify.annotations.NullMarked;
