/**
 * Fine-tuning and pretraining: what is trained, batches, loss, optimizer, schedule, resume.
 *
 * <p>Start from {@link dev.vivarium.engine.train.Trainer} and {@link dev.vivarium.engine.train.TrainingSubject}. Files, run
 * directories and recipes belong to the caller; nothing here may know misalignment.
 */
@NullMarked
package dev.vivarium.engine.train;

import org.jspecify.annotations.NullMarked;
