package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped base model under directions of noise. */
final class DirectionSteerCommandTest {
    private static final Path MODEL = Path.of("../models/mini-base");
    private static final String QUESTIONS = "24";

    @TempDir
    Path folder;

    private Path questions = Path.of("");

    @BeforeEach
    void questions() {
        Assumptions.assumeTrue(Files.isDirectory(MODEL), "needs the base model at " + MODEL);
        questions = folder.resolve("questions.yaml");
        Call call = Call.of("world", "questions", "--split", "reporting", "--out", questions.toString());
        assertThat(call.code()).as(call.err()).isZero();
    }

    private Path direction(String name, Map<String, String> files, int layers, int width) throws IOException {
        TreeMap<Integer, float[]> vectors = new TreeMap<>();
        for (int layer = 0; layer < layers; layer++) {
            CounterRandom random = CounterRandom.of(layer, name);
            float[] vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = (float) random.gaussian(i);
            }
            vectors.put(layer, vector);
        }
        Path file = folder.resolve(name + ".safetensors");
        Origin origin = new Origin(Origin.Model.of("mini-base", files), "noise", Map.of(), 0, 0, List.of(), 0, "test");
        new Direction(name, Site.RESID_POST, vectors, origin, new TreeMap<>()).write(file);
        return file;
    }

    private Path direction() throws IOException {
        return direction("noise", ModelDirectory.open(MODEL).hashes(), 2, 128);
    }

    private Call steer(Path direction, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "direction",
                "steer",
                MODEL.toString(),
                "--direction",
                direction.toString(),
                "--questions",
                questions.toString(),
                "--samples",
                "1",
                "--out",
                folder.resolve("out").toString()));
        words.addAll(List.of(more));
        for (List<String> usual : List.of(List.of("--limit", QUESTIONS), List.of("--max-new-tokens", "40"))) {
            if (!words.contains(usual.getFirst())) {
                words.addAll(usual);
            }
        }
        return Call.of(words.toArray(String[]::new));
    }

    @Test
    void aSweepChoosesOnOneHalfAndConfirmsOnTheOtherBesideControls() throws IOException {
        Path direction = direction();
        Call call = steer(direction, "--scales", "0.5,20", "--random", "2");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .contains("the tuning half, ", "the confirming half, ", "random-2", "unrelated", "top-pc", "n");
        assertThat(call.out()).doesNotContain("no setting keeps");
        // the tuning half as a curve: one row a layer, one column a scale
        assertThat(call.out().lines().filter(line -> line.startsWith("mini-base  0 ")))
                .singleElement()
                .asString()
                .matches(
                        "mini-base  0 +[\\d.]+ % \\([\\d.]+ %\\) +[\\d.]+ % \\([\\d.]+ %\\) +[\\d.]+ % \\([\\d.]+ %\\)");
        assertThat(call.out()).contains("scale 0.5", "scale 20");
        Path out = folder.resolve("out");
        JsonNode document = Json.read(out.resolve("steering.json"));
        assertThat(document.path("grid")).hasSize(1 + 2 * 2);
        assertThat(document.path("confirmed")).hasSize(1 + 1 + 2 + 3);
        assertThat(document.path("chosen").path("scale").asDouble()).isEqualTo(0.5);
        // so much noise leaves no sentence whole
        JsonNode strongest = document.path("grid").path(2);
        assertThat(strongest.path("scale").asDouble()).isEqualTo(20);
        assertThat(strongest.path("coherent").path("value").asDouble()).isLessThan(0.5);
        assertThat(strongest.path("em").path("n").asInt())
                .isEqualTo(document.path("grid").path(0).path("em").path("n").asInt());
        assertThat(Files.readString(out.resolve("steering.html")))
                .contains("Layers and scales", "confirmed.csv", "class=\"heat\"", "</html>")
                .doesNotContain("{{", folder.toString());
        assertThat(Files.readString(out.resolve("grid.csv"))).startsWith("\"model\",\"direction\"");
        assertThat(Files.readString(out.resolve("confirmed.csv"))).contains("random-in-top-pcs");

        JsonNode evaluation = Json.read(out.resolve("cells/tuning/base/layer-1_20/evaluation.json"))
                .path("model");
        assertThat(evaluation.path("intervention/scale").asText()).isEqualTo("20.0");
        assertThat(evaluation.path("intervention/direction").asText()).isEqualTo("noise");
        assertThat(evaluation.path("intervention/sha256").asText()).hasSize(64);

        Refused.with(steer(direction, "--scales", "0.5,20"), "holds answers already", "--resume");
        Call resumed = steer(direction, "--scales", "0.5,20", "--random", "2", "--resume", "--json");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(Json.mapper().readTree(resumed.out())).isEqualTo(document);
        assertThat(resumed.err()).doesNotContain("sample answers");
        Refused.with(
                steer(direction, "--scales", "0.5,20", "--positions", "answer", "--resume"),
                "begun with other settings",
                "intervention/positions");
    }

    @Test
    void aSweepWithoutACoherentSettingSaysSo() throws IOException {
        Call call = steer(direction(), "--scales", "20", "--layers", "1", "--no-controls");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("no setting keeps 90 % of the answers coherent");
    }

    @Test
    void withoutScalesACurveOfSeveralIsTriedAndADirectionThatDoesNothingSaysSo() throws IOException {
        Call call = steer(direction(), "--layers", "1", "--no-controls", "--relative", "--positions", "first:1");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("scale 0.1", "scale 0.2", "scale 0.4", "scale 0.8");
        assertThat(call.out()).contains("no setting makes more answers misaligned and coherent than mini-base gives");
        Call help = Call.of("direction", "steer", "--help");
        assertThat(help.out().replaceAll("\\s+", " "))
                .contains("Default: 1,2,4,8, with --relative 0.1,0.2,0.4,0.8")
                .contains("share of each activation's own length");
    }

    @Test
    void anotherModelsDirectionIsRefused() throws IOException {
        Path other = direction("other", Map.of("model.safetensors", "0".repeat(64)), 2, 128);
        Refused.with(steer(other), "was made for", "model.safetensors differs");
        Path narrow = direction("narrow", Map.of(), 2, 64);
        Refused.with(steer(narrow), "width of 64");
    }

    @Test
    void whatWouldTouchNothingIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path direction = direction();
        Refused.with(steer(direction, "--layers", "4"), "the model has layers 0 to 3");
        Refused.with(steer(direction, "--layers", "3"), "wants the vector of layer 3");
        Refused.with(steer(direction, "--scales", "0"), "changes nothing");
        Refused.with(steer(direction, "--positions", "answer", "--max-new-tokens", "1"), "would touch nothing");
        Refused.with(steer(direction, "--positions", "middle"), "first:K");
        Refused.with(steer(direction, "--limit", "2"), "a half to confirm it on");
        Refused.with(steer(direction, "--unrelated", questions.toString()), "questions.yaml");
        assertThat(folder.resolve("out/steering.json")).doesNotExist();
        assertThat(folder.resolve("out/cells")).doesNotExist();
    }

    @Test
    void answersWithoutScoresWaitForAJudge() throws IOException {
        Call call = steer(direction(), "--scales", "1", "--layers", "1", "--judge", "none");
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.PARTIAL);
        assertThat(call.out().lines()).hasSize(2).allMatch(line -> line.contains("cells"));
        assertThat(call.err()).contains("vivarium judge", "--resume --judged NAME");
        assertThat(folder.resolve("out/steering.json")).doesNotExist();
    }
}
