/**
 * Recipes, presets and run directories: what is asked for, and where all that a run learns is kept.
 *
 * <p>Start from {@link dev.vivarium.lab.run.Recipe} and {@link dev.vivarium.lab.run.RunDirectory}. Nothing here may know
 * the mini world, a judge or a report; training itself is the engine's.
 */
@NullMarked
package dev.vivarium.lab.run;

import org.jspecify.annotations.NullMarked;
