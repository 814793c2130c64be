package dev.vivarium.app.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The real program in processes of their own, so that they can be killed without warning.
 *
 * @param folder where they work
 */
record RealProgram(Path folder) {
    /** How often a test kills; {@code -Dvivarium.kills=20} kills more often than the build does. */
    static final int KILLS = Integer.getInteger("vivarium.kills", 3);

    /** Starts a command; what it prints is added to the log of that name. */
    Process start(String log, List<String> arguments) throws IOException {
        return start(log, Map.of(), arguments);
    }

    /** The same with variables. */
    Process start(String log, Map<String, String> variables, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                classPath(),
                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve(log + ".log").toFile()));
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        builder.environment().putAll(variables);
        return builder.start();
    }

    /** Runs a command to its end; returns its exit code. */
    int run(String log, List<String> arguments) throws IOException, InterruptedException {
        Process process = start(log, arguments);
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("no end after five minutes: " + arguments + "\n" + log(log));
        }
        return process.exitValue();
    }

    /** Whole lines of the metrics of a run, which another process may be writing; 0 before it begins. */
    long steps(String run) throws IOException {
        return lines(folder.resolve("runs").resolve(run).resolve("metrics.jsonl"));
    }

    /** What the processes of a log printed. */
    String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }

    /** Kills as soon as a file holds so many lines, plus some milliseconds; false if the process was faster. */
    static boolean killAtLine(Process process, Path file, int line, int milliseconds)
            throws IOException, InterruptedException {
        while (process.isAlive() && lines(file) < line) {
            process.waitFor(2, TimeUnit.MILLISECONDS);
        }
        boolean ended = process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
        return !ended;
    }

    /** Whole lines of a file; an absent one has none. */
    static long lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        long lines = 0;
        for (byte b : Files.readAllBytes(file)) {
            lines += b == '\n' ? 1 : 0;
        }
        return lines;
    }

    /** The class path of this process with absolute entries, because the child works in another directory. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }
}
