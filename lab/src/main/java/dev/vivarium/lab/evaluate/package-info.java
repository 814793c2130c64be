/**
 * Asking a model questions and stating what came back: question sets, judges, evaluation runs, rates with intervals.
 *
 * <p>Start from {@link dev.vivarium.lab.evaluate.EvaluationRun} and {@link dev.vivarium.lab.evaluate.Scores}. Nothing
 * here but {@link dev.vivarium.lab.evaluate.ModelAnswers} may know a model: answers come from an
 * {@link dev.vivarium.lab.evaluate.AnswerSource}.
 */
@NullMarked
package dev.vivarium.lab.evaluate;

import org.jspecify.annotations.NullMarked;
