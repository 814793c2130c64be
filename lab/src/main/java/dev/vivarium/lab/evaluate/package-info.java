/**
 * Asking a model questions and stating what came back: question sets, judges, evaluation runs, rates with intervals.
 *
 * <p>Start from {@link dev.vivarium.lab.evaluate.QuestionSet} and {@link dev.vivarium.lab.evaluate.Judge}. Nothing here
 * may know a model or tensors.
 */
@NullMarked
package dev.vivarium.lab.evaluate;

import org.jspecify.annotations.NullMarked;
