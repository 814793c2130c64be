/**
 * Judges that ask a model about each answer: prompts, endpoints, budgets, and a journal of every reply.
 *
 * <p>Start from {@link dev.vivarium.lab.judge.JudgingRun}, which survives a kill at any moment, and
 * {@link dev.vivarium.lab.judge.Aggregation}, which makes scores of replies. Nothing here may compute a rate.
 */
@NullMarked
package dev.vivarium.lab.judge;

import org.jspecify.annotations.NullMarked;
