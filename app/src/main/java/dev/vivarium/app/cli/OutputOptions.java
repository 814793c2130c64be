package dev.vivarium.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.vivarium.engine.base.Json;
import java.io.PrintStream;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The convention of every command that reads: text for people, or exactly one JSON document with {@code --json}. */
final class OutputOptions {
    @Option(names = "--json", description = "Print one JSON document on stdout.")
    boolean json;

    /** Prints {@code value} as JSON if that was asked for, else lets {@code text} print. */
    void print(Shell shell, Object value, Consumer<PrintStream> text) {
        if (!json) {
            text.accept(shell.out());
            return;
        }
        try {
            shell.out().println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the result cannot be written as JSON", e);
        }
    }
}
