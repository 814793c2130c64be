/**
 * Activations of texts that a model reads, summed up as they pass: means, covariances, principal components.
 *
 * <p>Start from {@link dev.vivarium.engine.capture.Capture} and {@link dev.vivarium.engine.capture.Moments}. Nothing here
 * may keep the activations themselves, or know why somebody wants their mean.
 */
@NullMarked
package dev.vivarium.engine.capture;

import org.jspecify.annotations.NullMarked;
