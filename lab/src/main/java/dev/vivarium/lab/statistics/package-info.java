/**
 * Statistics that one can trust: rates with intervals, effects, paired comparisons, agreement, planning.
 *
 * <p>Start from {@link dev.vivarium.lab.statistics.Intervals} and {@link dev.vivarium.lab.statistics.QuestionBootstrap}.
 * Everything takes numbers grouped by question; nothing here may know a file, a judge or a model.
 */
@NullMarked
package dev.vivarium.lab.statistics;

import org.jspecify.annotations.NullMarked;
