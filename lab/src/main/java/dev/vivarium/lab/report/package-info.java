/**
 * One self-contained page about runs and their evaluations, made from the plain files they left.
 *
 * <p>Start from {@link dev.vivarium.lab.report.Report} and {@link dev.vivarium.lab.report.Subject}. Nothing here may
 * know a model, train, sample or judge; a number on the page is a number of a file, or is computed from files alone.
 */
@NullMarked
package dev.vivarium.lab.report;

import org.jspecify.annotations.NullMarked;
