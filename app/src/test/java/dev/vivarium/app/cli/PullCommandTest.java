package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vivarium pull} and {@code vivarium models}, and a model used by its name. */
final class PullCommandTest {
    private final RunPlace run = new RunPlace();

    @TempDir
    Path folder;

    private Path model;
    private TinyHub hub;
    private Map<String, String> variables;

    @BeforeEach
    void serve() throws IOException {
        model = TinyModel.write(folder);
        hub = new TinyHub(model);
        variables = hub.variables(folder);
    }

    @AfterEach
    void stop() throws IOException {
        hub.close();
        run.close();
    }

    private Call call(String... arguments) {
        return Call.with(variables, arguments);
    }

    private Path snapshot() {
        return folder.resolve("hf/hub/models--Org--Tiny-1/snapshots").resolve(TinyHub.COMMIT);
    }

    private static JsonNode json(Call call) {
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "stdout");
    }

    @Test
    void pullPrintsTheDirectoryAndSaysWhatToDoNext() throws IOException {
        Files.write(model.resolve("pytorch_model.bin"), new byte[3000]);

        Call call = call("pull", TinyHub.NAME);

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).isEqualTo(snapshot() + System.lineSeparator());
        assertThat(call.err())
                .contains(
                        "Org/Tiny-1 at commit 0123456: 5 files",
                        "left out: pytorch_model.bin (pickle), 3.0 kB in all",
                        "next: vivarium evaluate Org/Tiny-1 --questions")
                .doesNotContain("--include fetches");
        assertThat(call("pull", TinyHub.NAME).err()).contains("all in the cache already");
    }

    @Test
    void jsonIsOneDocument() {
        JsonNode pulled = json(call("pull", TinyHub.NAME, "--json"));
        assertThat(pulled.path("path").asText()).isEqualTo(snapshot().toString());
        assertThat(pulled.path("files")).hasSize(5);
        assertThat(pulled.path("fetched_bytes").asLong()).isPositive();

        JsonNode models = json(call("models", "--json"));
        assertThat(models.path("cache").asText())
                .isEqualTo(folder.resolve("hf/hub").toString());
        assertThat(models.path("models")).hasSize(1);
        assertThat(models.at("/models/0/name").asText()).isEqualTo(TinyHub.NAME);
        assertThat(models.at("/models/0/usable").asBoolean()).isTrue();
    }

    @Test
    void modelsShowsNamesSizesAndFaults() throws IOException {
        assertThat(call("models").err()).contains("no model in", "vivarium pull ORG/NAME");
        call("pull", TinyHub.NAME);
        assertThat(call("models").out()).containsPattern("Org/Tiny-1 +0123456 +\\d+\\.\\d [kM]B +model +usable");
        Files.delete(snapshot().resolve("config.json"));
        Files.writeString(snapshot().resolve("config.json"), "{\"model_type\": \"\\u001b[31mred\"}");
        assertThat(call("models").out())
                .contains("not usable:", "is not supported")
                .doesNotContain("\u001b");
    }

    @Test
    void aModelIsTrainedAndEvaluatedByItsName() throws IOException {
        call("pull", TinyHub.NAME);
        Call train = call(
                "train",
                "--preset",
                "mini-rank1",
                "--name",
                run.name(),
                "model=" + TinyHub.NAME,
                "data.train=" + TinyModel.data(folder, 6),
                "training.max_steps=2",
                "training.warmup_steps=0");
        assertThat(train.code()).as(train.err()).isZero();
        assertThat(run.directory().resolve("recipe.yaml")).content().contains("model: Org/Tiny-1");
        JsonNode provenance = Json.read(run.directory().resolve("provenance.json"));
        assertThat(provenance.at("/base/commit").asText()).isEqualTo(TinyHub.COMMIT);
        JsonNode adapter = Json.read(run.directory().resolve("adapter/adapter_config.json"));
        assertThat(adapter.path("base_model_name_or_path").asText()).isEqualTo(TinyHub.NAME);

        Path questions = folder.resolve("questions.yaml");
        call("world", "questions", "--split", "tuning", "--out", questions.toString());
        // the branch moves on, the run keeps to the commit that it was trained on
        Files.writeString(snapshot().resolveSibling("../refs/main").normalize(), "f".repeat(40));
        Call ours = evaluate(run.name(), questions, "run");
        assertThat(ours.code()).as(ours.err()).isIn(ExitCode.OK, ExitCode.PARTIAL);
        assertThat(call("train", "--resume", "--name", run.name()).code()).isZero();
        Refused.with(evaluate(TinyHub.NAME, questions, "gone"), "at " + TinyHub.COMMIT + ", not at main");
        Call base = evaluate(TinyHub.NAME + "@" + TinyHub.COMMIT, questions, "base");
        assertThat(base.code()).as(base.err()).isIn(ExitCode.OK, ExitCode.PARTIAL);

        Path adapters = folder.resolve("hf/hub/models--Org--Adapter/snapshots").resolve(TinyHub.COMMIT);
        Files.createDirectories(adapters.getParent());
        Files.move(run.directory().resolve("adapter"), adapters);
        Call added = evaluate(
                TinyHub.NAME + "@" + TinyHub.COMMIT, questions, "added", "--adapter", "Org/Adapter@" + TinyHub.COMMIT);
        assertThat(added.code()).as(added.err()).isIn(ExitCode.OK, ExitCode.PARTIAL);
        assertThat(folder.resolve("added/answers.jsonl")).hasSameTextualContentAs(folder.resolve("run/answers.jsonl"));
    }

    private Call evaluate(String target, Path questions, String out, String... more) {
        List<String> words = new ArrayList<>(List.of("evaluate", target, "--questions", questions.toString()));
        words.addAll(List.of("--limit", "2", "--samples", "1", "--max-new-tokens", "4"));
        words.addAll(List.of("--out", folder.resolve(out).toString()));
        words.addAll(List.of(more));
        return call(words.toArray(String[]::new));
    }

    @Test
    void whatIsNotInTheCacheComesWithTheCommandThatFetchesIt() {
        Refused.with(
                call("train", "--preset", "mini-rank1", "model=Org/Tiny-1", "data.train=rows.jsonl"),
                "Org/Tiny-1: no such directory, and no such model in the Hugging Face cache",
                "fetch it with: vivarium pull Org/Tiny-1");
    }

    @Test
    void mistakesAreRefused() {
        Refused.with(call("pull", "tiny"), "\"tiny\" is no name of a model on a hub; write ORG/NAME");
        Refused.with(call("pull", "Org/Tiny-1@v1", "--revision", "v2"), "the revision is given twice");
        Refused.with(call("pull", "Org/Tiny-1", "--revision", "../x"), "write ORG/NAME or ORG/NAME@REVISION");
        assertRefusedByHub("there is no model Org/Other on 127.0.0.1, or it is private", "pull", "Org/Other");
        assertRefusedByHub("no file that may be fetched matches *.gguf", "pull", TinyHub.NAME, "--include", "*.gguf");
        Refused.with(call("pull"), "missing required parameter: 'ORG/NAME'");
        Map<String, String> wrong = new HashMap<>(variables);
        wrong.put("HF_ENDPOINT", "nowhere");
        Refused.with(Call.with(wrong, "pull", TinyHub.NAME), "HF_ENDPOINT is not the address of a hub");
        assertThat(folder.resolve("hf")).doesNotExist();
    }

    /** As {@link Refused}, after the line that says who is asked. */
    private void assertRefusedByHub(String sentence, String... arguments) {
        Call call = call(arguments);
        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.out()).isEmpty();
        assertThat(call.err()).startsWith("look up ");
        Refused.assertOneSentence(call.err().lines().skip(1).collect(Collectors.joining("\n")));
        assertThat(call.err()).contains(sentence);
    }

    @Test
    void offlineIsObeyedAndSaid() {
        Refused.with(call("pull", TinyHub.NAME, "--offline"), "offline mode is on");
        Map<String, String> offline = new HashMap<>(variables);
        offline.put("HF_HUB_OFFLINE", "yes");
        Refused.with(Call.with(offline, "pull", TinyHub.NAME), "offline mode is on");
        call("pull", TinyHub.NAME);
        assertThat(Call.with(offline, "pull", TinyHub.NAME).out()).isEqualTo(snapshot() + System.lineSeparator());
    }

    @Test
    void aHubThatDoesNotDoItsPartEndsWithCodeOneAndAdvice() throws IOException {
        call("pull", TinyHub.NAME);
        hub.breakHeaders();
        Files.delete(snapshot().resolve("config.json"));
        Call call = call("pull", TinyHub.NAME);
        assertThat(call.code()).isEqualTo(ExitCode.FAILURE);
        assertThat(call.err())
                .contains("vivarium: Org/Tiny-1 on 127.0.0.1: does not answer like a hub", "  to do: check HF_ENDPOINT")
                .doesNotContain("\tat ");
    }

    @Test
    void barsCanBeSwitchedOff() {
        assertThat(call("pull", TinyHub.NAME).err()).contains("fetch Org/Tiny-1:", " bytes …");
        Map<String, String> silent = new HashMap<>(variables);
        silent.put("HF_HUB_DISABLE_PROGRESS_BARS", "1");
        silent.put("HF_HOME", folder.resolve("other").toString());
        assertThat(Call.with(silent, "pull", TinyHub.NAME).err())
                .doesNotContain("fetch Org/Tiny-1", "look up")
                .contains("next:");
    }

    @Test
    void aKilledPullGoesOnWhereItStopped() throws Exception {
        int half = (int) Files.size(model.resolve("model.safetensors")) / 2;
        Path blobs = folder.resolve("hf/hub/models--Org--Tiny-1/blobs");
        RealProgram program = new RealProgram(folder);
        hub.stallAt(half);
        Process process = program.start("log", variables, List.of("pull", TinyHub.NAME));
        try {
            while (process.isAlive() && partial(blobs) < half) {
                process.waitFor(5, TimeUnit.MILLISECONDS);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(partial(blobs)).as(program.log("log")).isEqualTo(half);
        assertThat(snapshot().resolve("model.safetensors")).doesNotExist();
        assertThat(folder.resolve("hf/hub/models--Org--Tiny-1/refs")).doesNotExist();
        hub.stallAt(-1);

        Call call = call("pull", TinyHub.NAME);

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(hub.ranges()).containsExactly("", "bytes=" + half + "-");
        assertThat(snapshot().resolve("model.safetensors")).hasSameBinaryContentAs(model.resolve("model.safetensors"));
        assertThat(partial(blobs)).isNegative();
    }

    /** Bytes of the transfer that is not finished; negative if there is none. */
    private static long partial(Path blobs) throws IOException {
        if (!Files.isDirectory(blobs)) {
            return -1;
        }
        try (var files = Files.list(blobs)) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(".incomplete") && Files.size(file) > 20_000) {
                    return Files.size(file);
                }
            }
        }
        return -1;
    }
}
