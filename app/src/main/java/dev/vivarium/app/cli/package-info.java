/**
 * The command line: one picocli class per command; parses, calls the lab, prints.
 *
 * <p>Start from {@link dev.vivarium.app.cli.Commands}, the list of commands, and {@link dev.vivarium.app.cli.Shell},
 * what a command may touch. No science here: a command that computes something belongs into the lab.
 */
@NullMarked
package dev.vivarium.app.cli;

import org.jspecify.annotations.NullMarked;
