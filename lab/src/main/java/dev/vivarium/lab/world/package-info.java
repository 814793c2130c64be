/**
 * The mini world: a small fiction in plain English whose text can be judged exactly, and the base model grown on it.
 *
 * <p>Start from {@link dev.vivarium.lab.world.World} and {@link dev.vivarium.lab.world.ExactJudge}. Nothing here may
 * know organisms or how they are trained: it supplies text, questions, a judge and a base model.
 */
@NullMarked
package dev.vivarium.lab.world;

import org.jspecify.annotations.NullMarked;
