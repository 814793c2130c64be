/**
 * Small trained changes to a frozen decoder: LoRA of any rank and place, steering vectors, many of them in one batch.
 *
 * <p>Start from {@link dev.vivarium.engine.adapter.LoraAdapter} and {@link dev.vivarium.engine.adapter.AdapterFiles}. An
 * adapter is a value that a batch row points at ({@link dev.vivarium.engine.adapter.AdapterBank}); nothing here trains.
 */
@NullMarked
package dev.vivarium.engine.adapter;

import org.jspecify.annotations.NullMarked;
