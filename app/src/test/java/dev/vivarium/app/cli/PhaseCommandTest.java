package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.SafetensorsWriter.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PhaseCommandTest {
    private static final int STEPS = 40;

    @TempDir
    Path folder;

    /** A path of B that goes straight, turns by a right angle after {@code turn} checkpoints and goes straight again. */
    private Path trajectory(String name, int turn) throws IOException {
        Path directory = folder.resolve(name);
        for (int i = 1; i <= STEPS; i++) {
            float[] b = new float[30];
            b[0] = 0.1f * Math.min(i, turn);
            b[1] = 0.1f * Math.max(0, i - turn);
            for (int k = 0; k < b.length; k++) {
                b[k] += 1e-4f * ((i * 31 + k * 17) % 13);
            }
            adapter(directory.resolve("checkpoints/checkpoint-" + 5 * i), new float[] {1, 0.01f * i, 0}, b);
        }
        return directory;
    }

    private static void adapter(Path directory, float[] a, float[] b) throws IOException {
        Files.createDirectories(directory);
        String name = "base_model.model.model.layers.3.mlp.down_proj.";
        SafetensorsWriter.write(
                directory.resolve("adapter_model.safetensors"),
                List.of(part(name + "lora_A.weight", a, 1, a.length), part(name + "lora_B.weight", b, b.length, 1)),
                Map.of());
        Json.write(
                directory.resolve("adapter_config.json"),
                Map.of("peft_type", "LORA", "r", 1, "lora_alpha", 64, "use_rslora", true));
    }

    private static Part part(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return new Part(name, "F32", shape, out -> out.write(bytes.array()));
    }

    private Path rates() throws IOException {
        StringBuilder csv = new StringBuilder("step,kind,hits,n\n");
        for (int step = 10; step <= 200; step += 10) {
            csv.append(step).append(",narrow,").append(step > 120 ? 15 : 0).append(",40\n");
            csv.append(step).append(",broad,").append(step > 160 ? 10 : 0).append(",40\n");
        }
        return Files.writeString(folder.resolve("rates.csv"), csv);
    }

    @Test
    void aTurnIsFoundWithItsNullsAndStandsInAllFiles() throws IOException {
        Path directory = trajectory("organism", 20);
        Call call = Call.of("phase", directory.toString(), "--draws", "40");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("phase.html", "step 100 of 200", "sharper than the straight line");
        JsonNode run =
                Json.read(directory.resolve("phase/phase.json")).path("runs").path(0);
        assertThat(run.path("pca").path("b").path("turn").asInt()).isEqualTo(100);
        assertThat(run.path("events").path(0).path("step").asDouble()).isEqualTo(100);
        assertThat(run.path("steps")).hasSize(STEPS);
        assertThat(Files.readString(directory.resolve("phase/turning.csv")))
                .startsWith("\"run\",\"of\",\"variant\",\"offset\",\"step\",\"cosine\"")
                .contains("\"organism\",\"b\",\"raw\",\"10\",\"50\",\"-0.9");
        assertThat(directory.resolve("phase/path.csv")).isNotEmptyFile();
        assertThat(Files.readString(directory.resolve("phase/phase.html")))
                .contains("<title>Phases of organism</title>", "id=\"slider\"", "</html>");
    }

    @Test
    void eventsComeInTheirOrder() throws IOException {
        Path directory = trajectory("organism", 20);
        Call call = Call.of("phase", directory.toString(), "--draws", "40", "--rates", rates().toString(), "--json");
        assertThat(call.code()).as(call.err()).isZero();
        JsonNode run = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "phase")
                .path("runs")
                .path(0);
        List<String> names = StreamSupport.stream(run.path("events").spliterator(), false)
                .map(event -> event.path("name").asText())
                .toList();
        assertThat(names).containsExactly("rotation of B", "midpoint of the narrow rate", "midpoint of the broad rate");
        assertThat(run.path("events").path(1).path("step").asDouble()).isBetween(119.0, 131.0);
        assertThat(run.path("orders").path(2).path("difference").asDouble()).isBetween(28.0, 52.0);
        assertThat(run.path("orders").path(2).path("share").asDouble()).isEqualTo(1);
    }

    @Test
    void seedsAreAlignedByShareOfTrainingAndATwinIsANull() throws IOException {
        Path one = trajectory("seed-0", 20);
        Path two = trajectory("seed-1", 24);
        Path twin = trajectory("twin", STEPS);
        Path out = folder.resolve("out");
        Call call = Call.of(
                "phase",
                one.toString(),
                two.toString(),
                "--twin",
                twin.toString(),
                "--draws",
                "40",
                "--out",
                out.toString());
        assertThat(call.code()).as(call.err()).isZero();
        JsonNode document = Json.read(out.resolve("phase.json"));
        assertThat(document.path("aligned").path(0).path("mean").asDouble()).isEqualTo(0.55);
        JsonNode nulls = document.path("runs").path(0).path("turning").path(0).path("nulls");
        assertThat(nulls.path(3).path("name").asText()).isEqualTo("twin");
        assertThat(nulls.path(3).path("excess").asDouble()).isGreaterThan(0.5);
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        Path directory = trajectory("organism", 20);
        String run = directory.toString();
        Refused.with(Call.of("phase"), "name a run");
        Refused.with(Call.of("phase", folder.resolve("nothing").toString()), "no such directory");
        Refused.with(Call.of("phase", folder.toString()), "holds 0 checkpoints", "at least 2");
        Refused.with(Call.of("phase", run, "--offset", "7"), "7 steps before and after", "multiples of 5");
        Refused.with(Call.of("phase", run, "--gate", "wide"), "--gate", "0.0035");
        Refused.with(Call.of("phase", run, "--draws", "3"), "--draws must be from 40");
        Refused.with(Call.of("phase", run, "--narrow", "medicine"), "TAG=VALUE");
        Path rates = folder.resolve("bad.csv");
        Files.writeString(rates, "step,kind,hits,n\n10,narrow,5,4\n");
        Refused.with(Call.of("phase", run, "--rates", rates.toString()), "bad.csv:2", "5 hits of 4 answers");
        Files.writeString(rates, "step,kind,hits,n\n900,narrow,3,4\n");
        Refused.with(Call.of("phase", run, "--rates", rates.toString()), "step 900", "ends at step 200");
        Files.writeString(rates, "step,hits,n\n10,3,4\n");
        Refused.with(Call.of("phase", run, "--rates", rates.toString()), "no column \"kind\"");
        Files.delete(directory.resolve("checkpoints/checkpoint-50/adapter_model.safetensors"));
        Refused.with(Call.of("phase", run), "step 50 is missing");
        adapter(directory.resolve("checkpoints/checkpoint-50"), new float[] {1, 1}, new float[30]);
        Refused.with(Call.of("phase", run), "checkpoint-50", "2 to 30", "3 to 30");
        assertThat(directory.resolve("phase")).doesNotExist();
    }

    @Test
    void adaptersAreComparedInWeightSpace() throws IOException {
        Path one = folder.resolve("one");
        Path other = folder.resolve("other");
        adapter(one, new float[] {1, 0, 0}, new float[] {1, 0});
        adapter(other, new float[] {1, 0, 0}, new float[] {1, 1});
        Call call = Call.of("phase", "compare", one.toString(), other.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("0.7071", "45.0 to 45.0°", "norm 64");
        adapter(other, new float[] {1, 0, 0}, new float[] {1, 1, 0});
        Refused.with(Call.of("phase", "compare", one.toString(), other.toString()), "3 to 3", "3 to 2");
    }
}
