package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Organisms of three steps on the shipped base, whose adapters write one direction each. */
final class DirectionTransferCommandTest {
    private static final Path MODEL = Path.of("../models/mini-base");

    @TempDir
    Path folder;

    private Path one = Path.of("");
    private Path other = Path.of("");
    private Path questions = Path.of("");

    @BeforeEach
    void organisms() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(MODEL), "needs the base model at " + MODEL);
        one = TinyOrganism.train(folder, "one", "mini-rank1", MODEL);
        other = TinyOrganism.train(folder, "other", "mini-lora32", MODEL);
        questions = folder.resolve("questions.yaml");
        Call call = Call.of("world", "questions", "--split", "reporting", "--out", questions.toString());
        assertThat(call.code()).as(call.err()).isZero();
    }

    private Path direction() {
        Path file = folder.resolve("b.safetensors");
        Call call = Call.of("direction", "extract", "adapter", one.toString(), "--out", file.toString());
        assertThat(call.code()).as(call.err()).isZero();
        return file;
    }

    private Call call(String command, String... more) {
        List<String> words = new ArrayList<>(List.of("direction", command));
        words.addAll(List.of(more));
        words.addAll(List.of(
                "--questions",
                questions.toString(),
                "--limit",
                "16",
                "--samples",
                "1",
                "--max-new-tokens",
                "40",
                "--random",
                "1",
                "--out",
                folder.resolve("out").toString()));
        return Call.of(words.toArray(String[]::new));
    }

    @Test
    void directionsAreAblatedInEveryOrganismAndTheBase() throws IOException {
        Call call = call("transfer", one + "=" + direction(), other.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("one", "other", "base", "random-1", "transfer.html");
        Path out = folder.resolve("out");
        JsonNode document = Json.read(out.resolve("transfer.json"));
        assertThat(document.path("results")).hasSize(3 * 3);
        assertThat(Files.readString(out.resolve("transfer.html")))
                .contains("Direction by organism", "</html>")
                .doesNotContain("{{", folder.toString());
        assertThat(out.resolve("transfer.csv")).isNotEmptyFile();
        // without what its adapter writes an organism is its base under the same ablation
        assertThat(answers(out, "one", "layer-own_0--one")).isEqualTo(answers(out, "base", "layer-own_0--one"));
    }

    private static String answers(Path out, String who, String what) throws IOException {
        return Files.readString(
                out.resolve("cells/transfer").resolve(who).resolve(what).resolve("answers.jsonl"));
    }

    @Test
    void ablatingWhatTheAdapterWritesIsSaidToSwitchItOff() {
        Call call = call("ablate", one.toString(), "--direction", direction().toString(), "--layers", "own");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).contains("switches the adapter off", "one", "base");
    }

    @Test
    void theBasesMeanIsPutInPlaceOfWhatIsTakenOut() throws IOException {
        Path direction = direction();
        Call ablate =
                call("ablate", other.toString(), "--direction", direction.toString(), "--to", "base", "--no-controls");
        assertThat(ablate.code()).as(ablate.err()).isZero();
        assertThat(ablate.out()).contains("ablated to the base's mean", "other", "base");
        Path out = folder.resolve("out");
        JsonNode evaluation = Json.read(out.resolve("cells/tuning/organism/layer-own_1/evaluation.json"))
                .path("model");
        assertThat(evaluation.path("intervention/method").asText()).isEqualTo("ablate_to_base");
        assertThat(Files.readString(out.resolve("steering.html"))).contains("base’s mean");

        Refused.with(call("ablate", other.toString(), "--direction", direction.toString(), "--to", "base,0"), "alone");
        Refused.with(call("ablate", other.toString(), "--direction", direction.toString(), "--to", "x"), "\"x\"");
        Refused.with(call("transfer", one + "=" + direction, "--to", "0,1"), "one setting");
        Call transfer = call("transfer", one + "=" + direction, "--to", "base", "--force");
        assertThat(transfer.code()).as(transfer.err()).isZero();
        assertThat(Json.read(out.resolve("transfer.json")).path("method").asText())
                .isEqualTo("ablate_to_base");
    }

    @Test
    void whatCannotBeTransferredIsRefused() {
        Path direction = direction();
        Refused.with(call("transfer", one.toString()), "no organism has a direction", "RUN=FILE");
        Refused.with(call("transfer", "nobody=" + direction), "no run is called \"nobody\"");
        Refused.with(call("transfer", one + "=" + direction, one.toString()), "two organisms are called \"one\"");
        Refused.with(call("transfer", one + "=" + direction, "--layers", "each,own"), "is not understood");
        assertThat(folder.resolve("out")).doesNotExist();
    }
}
