package dev.vivarium.app.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real program in a process of its own, working in a folder of the test. */
final class Program {
    private final Path folder;

    Program(Path folder) {
        this.folder = folder;
    }

    /** Starts a command; both streams are appended to the file {@code log}. */
    Process start(String log, List<String> arguments) throws IOException {
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
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(log).toFile()));
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OMP_WAIT_POLICY", "passive");
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

    String log(String log) throws IOException {
        return Files.readString(folder.resolve(log));
    }

    /** Whole lines of the metrics of a run, which another process may be writing; 0 before it begins. */
    long steps(String run) throws IOException {
        Path metrics = folder.resolve("runs").resolve(run).resolve("metrics.jsonl");
        return Files.exists(metrics)
                ? Files.readString(metrics).chars().filter(c -> c == '\n').count()
                : 0;
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
