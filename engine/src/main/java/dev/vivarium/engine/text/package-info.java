/**
 * From text to token ids and back: messages, tokenizer, chat template, token spans and loss masks.
 *
 * <p>Start from {@link dev.vivarium.engine.text.Message}. Nothing here may know a model's weights.
 */
@NullMarked
package dev.vivarium.engine.text;

import org.jspecify.annotations.NullMarked;
