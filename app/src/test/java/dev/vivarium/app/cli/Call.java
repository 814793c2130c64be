package dev.vivarium.app.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * One run of the program with captured streams.
 *
 * @param code the exit code
 * @param out what it wrote on stdout
 * @param err what it wrote on stderr
 */
record Call(int code, String out, String err) {
    static Call of(String... arguments) {
        return with(Map.of(), arguments);
    }

    static Call with(Map<String, String> variables, String... arguments) {
        return run(variables, "", arguments);
    }

    /** The same with something on stdin. */
    static Call reading(String in, String... arguments) {
        return run(Map.of(), in, arguments);
    }

    /** Without variables that say otherwise there is no Hugging Face cache and no token. */
    private static Call run(Map<String, String> variables, String in, String... arguments) {
        Map<String, String> environment = new HashMap<>(Map.of("HF_HOME", "target/no-hugging-face"));
        environment.putAll(variables);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                print(out),
                print(err),
                false,
                false,
                80,
                environment,
                Path.of(".."));
        int code = Main.run(console, arguments);
        return new Call(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream target) {
        return new PrintStream(target, true, StandardCharsets.UTF_8);
    }
}
