/**
 * Sampling and scoring: many rows in one cached decode, every token's choice counted and not drawn.
 *
 * <p>Start from {@link dev.vivarium.engine.generate.Generator} and {@link dev.vivarium.engine.generate.SamplingSettings}.
 * Nothing here may train, or know what an answer is judged by.
 */
@NullMarked
package dev.vivarium.engine.generate;

import org.jspecify.annotations.NullMarked;
