/**
 * The mini world held against what it claims: organisms of every kind on several bases, their controls, and bars that a figure
 * passes or misses.
 *
 * <p>Start from {@link dev.vivarium.lab.validate.Validation}. Like the demo, nothing here trains, samples or judges by itself;
 * every figure is computed from runs and evaluations on disk.
 */
@NullMarked
package dev.vivarium.lab.validate;

import org.jspecify.annotations.NullMarked;
