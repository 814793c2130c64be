/**
 * Linear directions in a model's activations: values with their origin and reliability, how they are found and compared.
 *
 * <p>Start from {@link dev.vivarium.lab.direction.Direction} and {@link dev.vivarium.lab.direction.DirectionFile}. Nothing
 * here may sample answers or judge them.
 */
@NullMarked
package dev.vivarium.lab.direction;

import org.jspecify.annotations.NullMarked;
