/**
 * All runs below a folder as tables of one database, asked in SQL.
 *
 * <p>Start from {@link dev.vivarium.lab.query.RunDatabase}; what a table holds is a line in {@code RunTables} or
 * {@code EvaluationTables}. Nothing here may read a file by other means than the reader the rest of the program uses.
 */
@NullMarked
package dev.vivarium.lab.query;

import org.jspecify.annotations.NullMarked;
