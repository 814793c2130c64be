/**
 * Asking a model questions and stating what came back: question sets, judges, evaluation runs, rates with intervals.
 *
 * <p>Start from {@link dev.vivarium.lab.evaluate.ModelEvaluation} and {@link dev.vivarium.lab.evaluate.Scores}. Nothing
 * here but the former and its {@code ModelAnswers} may know a model: an
 * {@link dev.vivarium.lab.evaluate.EvaluationRun} takes answers from anywhere.
 */
@NullMarked
package dev.vivarium.lab.evaluate;

import org.jspecify.annotations.NullMarked;
