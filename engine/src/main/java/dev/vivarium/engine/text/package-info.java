/**
 * Text to tokens and back: tokenizer, chat template, loss masks, and a trainer for new vocabularies.
 *
 * <p>Start from {@link dev.vivarium.engine.text.Tokenizer} and {@link dev.vivarium.engine.text.ChatEncoder}. Nothing
 * here may know weights or tensors, open the network, or let the content of a message act as template code.
 */
@NullMarked
package dev.vivarium.engine.text;

import org.jspecify.annotations.NullMarked;
