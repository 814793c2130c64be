/**
 * Files of data: chat datasets, one JSON object a line, and CSV tables, read strictly and written atomically.
 *
 * <p>Start from {@link dev.vivarium.lab.data.ChatData} and {@link dev.vivarium.lab.data.CsvTable}. Nothing here may know
 * a tokenizer, a model or a recipe.
 */
@NullMarked
package dev.vivarium.lab.data;

import org.jspecify.annotations.NullMarked;
