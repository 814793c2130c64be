/**
 * Chat datasets: files of conversations, one JSON object a line, read strictly and written atomically.
 *
 * <p>Start from {@link dev.vivarium.lab.data.ChatData} and {@link dev.vivarium.lab.data.ChatRow}. Nothing here may know
 * a tokenizer, a model or a recipe.
 */
@NullMarked
package dev.vivarium.lab.data;

import org.jspecify.annotations.NullMarked;
