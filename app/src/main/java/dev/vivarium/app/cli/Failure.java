package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.train.DivergedException;
import dev.vivarium.lab.hub.HubException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the user is told about something that went wrong: one sentence, what to do now, and the exit code.
 *
 * @param exitCode one of {@link ExitCode}
 * @param sentence what happened and to which thing
 * @param hint what to do now; absent where the sentence says it already
 */
record Failure(int exitCode, String sentence, @Nullable String hint) {
    private static final String RESUME = "then run the same command again (train: with --resume)";

    /** Names of work in flight, as AtomicFiles makes them: a dot, the name that is meant, a tilde, a number. */
    private static final Pattern IN_FLIGHT = Pattern.compile("\\.([^/\\\\]+)~\\d+(\\.partial)?");

    private static final String LESS_MEMORY =
            "close other programs or use a smaller batch (train: batch_size, evaluate: --rows)";

    /** Finds the words for anything that a command may throw. */
    static Failure of(Throwable thrown) {
        return switch (thrown) {
            case InputException input ->
                new Failure(ExitCode.USAGE, printable(String.valueOf(input.getMessage())), null);
            case InvalidPathException path ->
                new Failure(
                        ExitCode.USAGE,
                        "\"" + printable(path.getInput()) + "\" is no path: " + path.getReason(),
                        "check what was given as a file name");
            case DivergedException diverged ->
                new Failure(
                        ExitCode.FAILURE,
                        text(diverged),
                        "check the base model and the data, lower training.learning_rate, and start over with --force");
            case HubException hub -> new Failure(ExitCode.FAILURE, text(hub), hub.advice());
            case UncheckedIOException io when io.getCause() != null -> of(io.getCause());
            case ExecutionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            case IOException io -> ofFiles(io);
            case OutOfMemoryError _ ->
                new Failure(
                        ExitCode.FAILURE,
                        "the Java heap is full",
                        "give it more, for example VIVARIUM_JAVA_OPTS=-Xmx8g, or " + LESS_MEMORY);
            case LinkageError linkage ->
                new Failure(
                        ExitCode.FAILURE,
                        "a library cannot be loaded: " + first(linkage),
                        "run: vivarium doctor; if the build is old, delete app/target and start again");
            case StackOverflowError _ -> defect(thrown);
            case RuntimeException runtime when isNative(runtime) -> ofNative(runtime);
            default -> defect(thrown);
        };
    }

    /** Why a class could not be had; a second attempt says only that the first one failed, and keeps that as its cause. */
    private static String first(LinkageError linkage) {
        Throwable cause = linkage;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return text(cause).replaceFirst("^Exception \\S+: ", "").replaceFirst(" \\[in thread .*]$", "");
    }

    private static Failure ofFiles(IOException io) {
        String reason = text(io);
        if (isDiskFull(io)) {
            String where = io instanceof FileSystemException system && system.getFile() != null
                    ? " (writing " + place(system) + ")"
                    : "";
            return new Failure(ExitCode.FAILURE, "the disk is full" + where, "free some space, " + RESUME);
        }
        return switch (io) {
            case NoSuchFileException missing ->
                new Failure(ExitCode.USAGE, place(missing) + ": no such file or directory", "check the path");
            case AccessDeniedException denied ->
                new Failure(ExitCode.FAILURE, place(denied) + ": permission denied", "check its owner and mode");
            case FileAlreadyExistsException there ->
                new Failure(ExitCode.USAGE, place(there) + ": is there already", "move it away or choose another name");
            case FileSystemException system
            when isObstructed(reason) ->
                new Failure(
                        ExitCode.USAGE,
                        place(system) + ": a file is where a folder is needed, or the other way round",
                        "move it away or choose another name");
            case FileSystemException system
            when reason.contains("Read-only file system") ->
                new Failure(
                        ExitCode.FAILURE,
                        place(system) + ": this place is read-only",
                        "work in a folder that you may write to");
            case FileSystemException system
            when system.getReason() != null ->
                new Failure(
                        ExitCode.FAILURE,
                        place(system) + ": reading or writing failed (" + printable(system.getReason()) + ")",
                        "check the disk, " + RESUME);
            default ->
                new Failure(ExitCode.FAILURE, "reading or writing failed: " + reason, "check the disk, " + RESUME);
        };
    }

    private static boolean isObstructed(String reason) {
        return reason.contains("Is a directory") || reason.contains("Not a directory");
    }

    /** The file an error is about, by the name its user knows. */
    private static String place(FileSystemException error) {
        return printable(IN_FLIGHT.matcher(String.valueOf(error.getFile())).replaceAll("$1"));
    }

    private static boolean isDiskFull(IOException io) {
        String reason = String.valueOf(io.getMessage()).toLowerCase(Locale.ROOT);
        return reason.contains("no space left") || reason.contains("disk full") || reason.contains("quota exceeded");
    }

    /** Errors of libtorch arrive as plain RuntimeException: its sentence, then C++ frames. */
    private static boolean isNative(RuntimeException runtime) {
        String text = String.valueOf(runtime.getMessage());
        return runtime.getClass() == RuntimeException.class
                && (text.contains("Exception raised from") || text.contains("\nframe #"));
    }

    private static Failure ofNative(RuntimeException runtime) {
        String line = text(runtime);
        if (line.contains("allocate memory") || line.contains("out of memory")) {
            return new Failure(ExitCode.FAILURE, "there is not enough memory: " + line, LESS_MEMORY + ", " + RESUME);
        }
        return new Failure(
                ExitCode.FAILURE, "libtorch refused an operation: " + line, "run again with --debug to see where");
    }

    private static Failure defect(Throwable thrown) {
        String name = thrown.getClass().getSimpleName();
        String text = thrown.getMessage() == null ? name : name + ": " + text(thrown);
        return new Failure(
                ExitCode.FAILURE,
                "internal error, " + text,
                "this is a defect of Vivarium; run again with --debug and report what it prints");
    }

    private static String text(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null) {
            return thrown.getClass().getSimpleName();
        }
        int end = message.indexOf('\n');
        return printable((end < 0 ? message : message.substring(0, end)).strip());
    }

    /** One line without control characters: a name out of a file must not move a terminal's cursor. */
    static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }
}
