package dev.vivarium.lab.trajectory;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.trajectory.Trajectory.Checkpoint;
import dev.vivarium.lab.trajectory.Trajectory.Logged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds checkpoints and the log of training in the layouts that are about. */
final class TrajectoryReader {
    /** {@code step-000123}, {@code checkpoint-25}, {@code ckpt_7}, {@code 300}. */
    private static final Pattern STEP = Pattern.compile("(?:.*\\D)?0*(\\d{1,9})");

    private static final String TRAINER_STATE = "trainer_state.json";

    private final Path directory;
    private final List<String> remarks = new ArrayList<>();

    TrajectoryReader(Path directory) {
        this.directory = directory;
    }

    Trajectory read() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new InputException(directory + ": no such directory; give a run or a folder of checkpoints");
        }
        boolean run = new RunFiles(directory).isRun();
        List<Checkpoint> found = run ? ofRun(RunFiles.open(directory)) : ofFolders();
        for (Checkpoint checkpoint : found) {
            if (!Files.isRegularFile(checkpoint.adapter().resolve(AdapterFiles.WEIGHTS))) {
                throw new InputException(
                        checkpoint.adapter() + ": step " + checkpoint.step() + " is missing: there is no "
                                + AdapterFiles.WEIGHTS + " in it; restore the file or take the folder away");
            }
        }
        found.sort(Comparator.comparingInt(Checkpoint::step));
        String name = String.valueOf(directory.toAbsolutePath().normalize().getFileName());
        return new Trajectory(name, directory, found, run ? metrics() : trainerState(found), remarks);
    }

    private static List<Checkpoint> ofRun(RunFiles run) throws IOException {
        List<Checkpoint> found = new ArrayList<>();
        for (Path checkpoint : run.listCheckpoints()) {
            if (!Files.exists(checkpoint.resolve(AdapterFiles.CONFIG))) {
                throw new InputException(
                        run.directory() + ": its checkpoints hold no adapter, as all weights were trained; give a run "
                                + "of method lora");
            }
            found.add(new Checkpoint(step(checkpoint), checkpoint));
        }
        return found;
    }

    private List<Checkpoint> ofFolders() throws IOException {
        List<Checkpoint> found = new ArrayList<>();
        int nameless = 0;
        for (Path parent : List.of(directory, directory.resolve("checkpoints"))) {
            for (Path child : children(parent)) {
                if (AdapterFiles.isAdapter(child)) {
                    int step = step(child);
                    nameless += step < 0 ? 1 : 0;
                    if (step >= 0) {
                        found.add(new Checkpoint(step, child));
                    }
                }
            }
        }
        if (nameless > 0) {
            remarks.add(directory + ": " + nameless
                    + " adapters without a step at the end of their name were left out of the path");
        }
        return found;
    }

    private List<Logged> metrics() throws IOException {
        return RunFiles.open(directory).readMetrics().stream()
                .map(step -> new Logged(step.step(), finite(step.loss()), finite(step.gradNorm())))
                .toList();
    }

    /** The longest history among the files of the folder and of the last checkpoint. */
    private List<Logged> trainerState(List<Checkpoint> checkpoints) {
        List<Path> places = new ArrayList<>(List.of(directory, directory.resolve("checkpoints")));
        if (!checkpoints.isEmpty()) {
            places.add(checkpoints.getLast().adapter());
        }
        List<Logged> longest = List.of();
        for (Path place : places) {
            Path file = place.resolve(TRAINER_STATE);
            if (Files.isRegularFile(file)) {
                List<Logged> log = history(Json.read(file));
                longest = log.size() > longest.size() ? log : longest;
            }
        }
        if (longest.isEmpty()) {
            remarks.add(directory + ": there is no " + TRAINER_STATE
                    + " with losses, so neither loss nor gradient norm is shown");
        }
        return longest;
    }

    private static List<Logged> history(JsonNode state) {
        List<Logged> log = new ArrayList<>();
        for (JsonNode entry : state.path("log_history")) {
            Double loss = number(entry.path("loss"));
            Double norm = number(entry.path("grad_norm"));
            if (entry.path("step").isInt() && (loss != null || norm != null)) {
                log.add(new Logged(entry.path("step").intValue(), loss, norm));
            }
        }
        log.sort(Comparator.comparingInt(Logged::step));
        return log;
    }

    private static @Nullable Double number(JsonNode node) {
        return node.isNumber() ? finite(node.doubleValue()) : null;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static int step(Path checkpoint) {
        Matcher matcher = STEP.matcher(String.valueOf(checkpoint.getFileName()));
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    private static List<Path> children(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory)
                    .filter(child -> !child.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }
}
