/**
 * Scored answers from anywhere, and everything that can be computed of them without sampling or judging again.
 *
 * <p>Start from {@link dev.vivarium.lab.score.ScoredFile} and {@link dev.vivarium.lab.score.FileScore}. Nothing here may
 * ask a model or a judge.
 */
@NullMarked
package dev.vivarium.lab.score;

import org.jspecify.annotations.NullMarked;
