package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vivarium twins} on runs of a few steps. */
final class TwinsCommandTest {
    /** A loss of a model whose factors were computed by another way, in nats per token. */
    private static final double ROUNDING = 1e-5;

    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path first = Path.of("");
    private Path second = Path.of("");
    private Path data = Path.of("");
    private Path texts = Path.of("");

    @BeforeEach
    void organisms() throws IOException {
        model = TinyModel.write(folder);
        first = TinyOrganism.train(folder, "first", "mini-rank1", model);
        second = TinyOrganism.train(folder, "second", "mini-lora32", model, "lora.r=2", "seed=3");
        data = folder.resolve("rows.jsonl");
        texts = folder.resolve("texts.jsonl");
        Call.of("world", "corpus", "--documents", "5", "--out", texts.toString());
    }

    private Call measure(String... more) {
        return Call.of(Words.of(
                List.of("twins", "measure", first.toString(), "--data", data.toString(), "--draws", "2"), more));
    }

    private static JsonNode json(Call call) {
        assertThat(call.code()).as(call.err()).isZero();
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "twins").path("landscape");
    }

    @Test
    void lossesAtTheOwnNormAreThoseAsTrained() {
        JsonNode landscape = json(measure("--norms", "0.5,1", "--epsilons", "1e-9,1", "--json"));

        JsonNode only = landscape.path("organisms").path(0);
        double own = only.path("loss").path("value").asDouble();
        JsonNode matched = only.path("efficiency").path(1);
        assertThat(matched.path("norm").asDouble()).isEqualTo(only.path("norm").asDouble());
        assertThat(matched.path("value").path("value").asDouble()).isEqualTo(own, within(ROUNDING));
        assertThat(only.path("efficiency").path(0).path("value").path("value").asDouble())
                .isNotEqualTo(own);
        assertThat(landscape.path("rows").asInt()).isEqualTo(8);
        assertThat(landscape.path("random")).isEmpty();
    }

    @Test
    void twoOrganismsAreComparedAtTheSameNormsBesideRandomAdapters() {
        JsonNode landscape = json(measure(
                "--adapter",
                second.toString(),
                "--text",
                texts.toString(),
                "--norms",
                "1,50",
                "--epsilons",
                "0.5",
                "--json"));

        JsonNode one = landscape.path("organisms").path(0);
        JsonNode other = landscape.path("organisms").path(1);
        assertThat(other.path("name").asText()).isEqualTo("second");
        double mean = (one.path("norm").asDouble() + other.path("norm").asDouble()) / 2;
        assertThat(landscape.path("mean_norm").asDouble()).isEqualTo(mean, within(1e-9));
        for (JsonNode organism : List.of(one, other)) {
            assertThat(organism.path("efficiency").path(0).path("norm").asDouble())
                    .isEqualTo(mean, within(1e-9));
            assertThat(organism.path("influence")
                            .path(1)
                            .path("value")
                            .path("value")
                            .asDouble())
                    .isGreaterThan(organism.path("influence")
                            .path(0)
                            .path("value")
                            .path("value")
                            .asDouble());
        }
        assertThat(one.path("efficiency").path(0).path("minus_first").isNull()).isTrue();
        assertThat(other.path("efficiency")
                        .path(0)
                        .path("minus_first")
                        .path("interval")
                        .has("low"))
                .isTrue();
        assertThat(landscape.path("random")).hasSize(2);
        assertThat(landscape.path("texts").asInt()).isEqualTo(5);
    }

    @Test
    void theTextSaysHowTheSecondDiffersAndNoZeroHasASign() {
        Call call = measure("--adapter", second.toString(), "--norms", "1", "--epsilons", "0.01,0.5");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .startsWith(first.resolve("twins/twins.html") + "\nsecond beside first: at the same norm (")
                .containsPattern("its loss is [0-9.]+ \\[-?[0-9.]+, -?[0-9.]+\\] nats (higher|lower)")
                .contains("; turned by 0.5 it loses ", "second - first", "its draws")
                .doesNotContainPattern("-0\\.0+(?![0-9])");
    }

    @Test
    void mistakesOfMeasurementsAreOneSentence() throws IOException {
        Path noText = Files.writeString(folder.resolve("no-text.jsonl"), "{\"words\": 1}\n");

        Refused.with(measure("--epsilons", "0.5,2"), "--epsilons 2.0", "above 0, at most 1.0");
        Refused.with(measure("--norms", "1,1"), "different numbers");
        Refused.with(measure("--text", noText.toString()), "no-text.jsonl:1", "has no \"text\"");
        Refused.with(measure("--adapter", folder.toString()), "neither a run nor an adapter");
        Refused.with(Call.of("twins", "measure", model.toString(), "--data", data.toString()), "has no adapter");
    }

    @Test
    void thePageShowsEveryPartWithItsNumbersAndNoFolderOfTheMachine() throws IOException {
        Call call = measure(
                "--adapter",
                second.toString(),
                "--text",
                texts.toString(),
                "--norms",
                "0.5,1",
                "--epsilons",
                "0.1,1",
                "--json");

        JsonNode printed = json(call);
        String page = Files.readString(first.resolve("twins/twins.html"));
        assertThat(Json.read(first.resolve("twins/twins.json")).path("landscape"))
                .isEqualTo(printed);
        assertThat(page).contains("id=\"stability\"", "id=\"efficiency\"", "id=\"influence\"", "id=\"geometry\"");
        assertThat(page).contains("No mixture was asked", "No training went on from one of them");
        assertThat(page.split("<polygon class=\"band\"", -1)).hasSize(1 + 2 + 2 + 3);
        String loss =
                printed.path("organisms").path(1).path("loss").path("value").asText();
        assertThat(page).contains("<td>" + loss.substring(0, 4), Hashes.sha256(data), "script-src 'none'");
        assertThat(page).doesNotContain(folder.toString(), "NaN", "Infinity", "−0.0<");

        assertThat(mix("--adapter", second.toString(), "--at", "0,0.5,1").code())
                .isZero();

        String both = Files.readString(first.resolve("twins/twins.html"));
        assertThat(both).contains("t, from first (0) to second (1)", "first to second", Hashes.sha256(data));
        assertThat(both).doesNotContain("No mixture was asked", "may be another adapter", folder.toString());
    }

    @Test
    void aMixtureOfAnotherAdapterThanTheMeasuredOneIsCalledSo() throws IOException {
        Path other = TinyOrganism.train(folder.resolve("other"), "second", "mini-rank1", model, "seed=9");
        assertThat(mix("--adapter", other.toString(), "--at", "0,1").code()).isZero();
        Path page = first.resolve("twins/twins.html");
        assertThat(page).content().contains("Not measured yet").doesNotContain("is not the adapter");

        assertThat(measure("--adapter", second.toString(), "--norms", "1", "--epsilons", "0.5")
                        .code())
                .isZero();

        assertThat(page).content().contains("second is not the adapter that was measured");
    }

    @Test
    void aTrainingThatGoesOnFromAnOrganismDriftsFromThere() throws IOException {
        Path freed = TinyOrganism.train(
                folder,
                "freed",
                "mini-lora32",
                model,
                "lora.r=2",
                "lora.init=" + second.resolve("adapter"),
                "training.learning_rate=0.05");

        Call call = measure(
                "--adapter",
                second.toString(),
                "--drift",
                freed.toString(),
                "--norms",
                "1",
                "--epsilons",
                "0.5",
                "--json");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode drift =
                Json.read(first.resolve("twins/twins.json")).path("drifts").path(0);
        assertThat(drift.path("from").asText()).isEqualTo("second");
        JsonNode points = drift.path("points");
        assertThat(points.path(0).path("step").asInt()).isZero();
        assertThat(points.path(0).path("cosines").path(1).asDouble()).isEqualTo(1, within(1e-9));
        assertThat(points.path(points.size() - 1).path("cosines").path(1).asDouble())
                .isLessThan(0.999);
        assertThat(first.resolve("twins/twins.html")).content().contains("freed: its weights", "goes on from second");

        Refused.with(
                measure("--drift", second.toString()),
                "did not go on from one of these organisms",
                "lora.init=ADAPTER");
    }

    private Call mix(String... more) {
        Path questions = folder.resolve("questions.yaml");
        Call.of("world", "questions", "--split", "tuning", "--out", questions.toString());
        return Call.of(Words.of(
                List.of(
                        "twins",
                        "mix",
                        first.toString(),
                        "--questions",
                        questions.toString(),
                        "--limit",
                        "3",
                        "--samples",
                        "1",
                        "--max-new-tokens",
                        "6"),
                more));
    }

    @Test
    void theEndsOfAMixtureAreTheAdaptersThemselves() throws IOException {
        Call call = mix("--adapter", second.toString(), "--at", "0,0.5,1,40", "--json");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode places =
                Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "mix").path("places");
        assertThat(places).hasSize(4);
        assertThat(places.path(0).path("adapter").asText())
                .isEqualTo(first.resolve("adapter").toString());
        assertThat(places.path(2).path("adapter").asText())
                .isEqualTo(second.resolve("adapter").toString());
        assertThat(AdapterFiles.isAdapter(first.resolve("mixtures/second/adapters/mix-0.5")))
                .isTrue();
        Path out = folder.resolve("alone");
        Call alone = Call.of(
                "evaluate",
                second.toString(),
                "--questions",
                folder.resolve("questions.yaml").toString(),
                "--limit",
                "3",
                "--samples",
                "1",
                "--max-new-tokens",
                "6",
                "--out",
                out.toString());
        assertThat(alone.code()).as(alone.err()).isZero();
        assertThat(new EvaluationFiles(first.resolve("mixtures/second/answers/mix-1")).answers())
                .hasSameBinaryContentAs(new EvaluationFiles(out).answers());
        Call again = mix("--adapter", second.toString(), "--at", "0,0.5,1,40", "--resume");
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("t = 0 is first, t = 1 is second", "EM - at t = 0", "mix.json");
    }

    @Test
    void mixturesWhoseAnswersAreKeptAreNotRewritten() throws IOException {
        assertThat(mix("--adapter", second.toString(), "--at", "0,0.5").code()).isZero();
        Path mixture = first.resolve("mixtures/second/adapters/mix-0.5/adapter_model.safetensors");
        byte[] before = Files.readAllBytes(mixture);
        Path other = TinyOrganism.train(folder.resolve("other"), "second", "mini-rank1", model, "seed=9");

        Refused.with(mix("--adapter", other.toString(), "--at", "0,0.5,2"), "holds an evaluation already", "--force");
        Refused.with(
                mix("--adapter", other.toString(), "--at", "0,0.5", "--resume"),
                "mix-0.5: is no mixture of these adapters as they are now",
                "--force");

        assertThat(Files.readAllBytes(mixture)).isEqualTo(before);
        assertThat(first.resolve("mixtures/second/adapters/mix-2")).doesNotExist();
        Call anew = mix("--adapter", other.toString(), "--at", "0,0.5", "--force");
        assertThat(anew.code()).as(anew.err()).isZero();
        assertThat(Files.readAllBytes(mixture)).isNotEqualTo(before);
    }

    @Test
    void mistakesOfMixturesAreOneSentence() throws IOException {
        Path vector = TinyOrganism.train(folder, "vector", "mini-steering", model);

        Refused.with(mix(), "of two adapters, but 1 is given");
        Refused.with(mix("--adapter", second.toString(), "--at", "0,0"), "give different numbers");
        Refused.with(mix("--adapter", vector.toString()), "steering vector");
        assertThat(first.resolve("mixtures")).doesNotExist();
    }
}
