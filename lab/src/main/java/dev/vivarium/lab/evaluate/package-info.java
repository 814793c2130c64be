/**
 * Asking a model questions and stating what came back: question sets, judges, evaluation runs, rates with intervals.
 *
 * <p>Start from {@link dev.vivarium.lab.evaluate.EvaluationRun} and {@link dev.vivarium.lab.evaluate.Scores}. Nothing
 * here may know a model or tensors: answers come from an {@link dev.vivarium.lab.evaluate.AnswerSource}.
 */
@NullMarked
package dev.vivarium.lab.evaluate;

import org.jspecify.annotations.NullMarked;
