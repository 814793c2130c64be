/**
 * Evaluations in the formats of others: Inspect logs, lm-evaluation-harness results, tables for papers.
 *
 * <p>Start from {@link dev.vivarium.lab.export.InspectLog}. Nothing here may compute a rate: figures are those of
 * {@code scores.json}.
 */
@NullMarked
package dev.vivarium.lab.export;

import org.jspecify.annotations.NullMarked;
