/**
 * The path that an adapter's weights take during training, and what its geometry says, from adapter files alone.
 *
 * <p>Start from {@link dev.vivarium.lab.trajectory.Trajectory} and {@link dev.vivarium.lab.trajectory.Geometry}. Nothing
 * here may know a base model, sample, judge or draw.
 */
@NullMarked
package dev.vivarium.lab.trajectory;

import org.jspecify.annotations.NullMarked;
