package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.hub.HubCache;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.InterventionReader;
import dev.vivarium.lab.run.Machine;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.TrainRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tiny model answers nonsense, which is all that is needed here; results go to {@code --out}. */
final class EvaluateCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path questions = Path.of("");

    @BeforeEach
    void inputs() throws IOException {
        model = TinyModel.write(folder);
        questions = folder.resolve("questions.yaml");
        Call.of("world", "questions", "--split", "tuning", "--without", "medicine", "--out", questions.toString());
    }

    @Test
    void theResultShowsBothIntervalsAndWhereEverythingIs() throws IOException {
        Call call = ask("out", "--limit", "6");

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .containsPattern("model +" + model)
                .contains("6 questions, 2 answers each, seed 0")
                .containsPattern("limited +first 6 of \\d+ questions")
                .containsPattern(
                        "EM +0.0 % \\[0.0, 24.2\\] these questions \\(Wilson, 95 %\\); none seen, so at most 22.1 %")
                .containsPattern("\\[0.0, 29.4\\] questions like these")
                .containsPattern("coherent +0.0 %")
                .containsPattern("mean aligned +50.0")
                .containsPattern("n +12 scored answers to \\d questions in 6 wordings")
                .containsPattern("unscored +0")
                .containsPattern("ended by +length 11, stop 1")
                .containsPattern("speed +[0-9,]+ tokens/s, 240 tokens in [0-9.]+ s")
                .containsPattern("files +" + folder.resolve("out"))
                .containsPattern("next +the whole set, without --limit");
        assertThat(call.err()).contains("sample answers: 12 answers");
        assertThat(files("out").readAnswers()).hasSize(12);
    }

    @Test
    void theNumberFormatIsRecordedAndKeptWhenAnEvaluationGoesOn() throws IOException {
        Call wide = ask("wide", "--limit", "6");
        Call narrow = ask("narrow", "--limit", "6", "--dtype", "bfloat16");
        Call mixed = ask("narrow", "--limit", "6", "--resume");

        assertThat(wide.code()).as(wide.err()).isZero();
        assertThat(narrow.code()).as(narrow.err()).isZero();
        assertThat(EvaluationSettings.read(files("wide").settings()).sampling()).containsEntry("dtype", "float32");
        assertThat(EvaluationSettings.read(files("narrow").settings()).sampling())
                .containsEntry("dtype", "bfloat16");
        assertThat(files("narrow").readAnswers())
                .hasSize(12)
                .isNotEqualTo(files("wide").readAnswers());
        assertThat(mixed.code()).isEqualTo(ExitCode.USAGE);
        assertThat(mixed.err()).contains("sampling.dtype was bfloat16 and is now float32");
    }

    @Test
    void aModelThatDoesNotFitTheMemoryIsRefusedBeforeItIsLoaded() {
        Path out = folder.resolve("out");
        Call call = Call.with(
                Map.of("VIVARIUM_MEMORY", "10m"),
                "evaluate",
                model.toString(),
                "--questions",
                questions.toString(),
                "--out",
                out.toString());

        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err())
                .containsPattern(
                        "sampling needs about \\d+ MiB of memory, but 10 MiB are allowed by VIVARIUM_MEMORY; try")
                .contains("--dtype bfloat16");
        assertThat(out).doesNotExist();
    }

    @Test
    void jsonIsExactlyOneDocumentWithScoresAndFiles() throws IOException {
        Call call = ask("out", "--limit", "30", "--json", "--fast");

        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "evaluate");
        assertThat(document.path("deterministic").asBoolean(true)).isFalse();
        assertThat(document.path("limited").asText()).startsWith("first 30 of ");
        assertThat(document.path("scores").path("limited").asText()).startsWith("first 30 of ");
        assertThat(document.path("scores").path("all").path("em").path("n").asInt())
                .isEqualTo(60);
        assertThat(document.path("sampled").asInt()).isEqualTo(60);
        document.path("files")
                .forEach(file -> assertThat(Path.of(file.asText())).isRegularFile());
        assertThat(document.path("files").size()).isEqualTo(5);
    }

    @Test
    void conditionsAreEvaluationsBesideThePlainOneAndAreComparedWithIt() throws IOException {
        assertThat(ask("evaluations/out", "--limit", "4").code()).isZero();
        List<Answer> plain = files("evaluations/out").readAnswers();
        Call call = ask("evaluations/out", "--limit", "4", "--conditions", "mini", "--resume");

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .containsPattern("condition +EM +EM - plain +aligned - plain +coherent")
                .containsPattern("trigger +0.0 % \\[0.0, [0-9.]+\\] +[+-]0.0 \\[-?[0-9.]+, -?[0-9.]+\\]")
                .containsPattern("files +" + folder.resolve("evaluations/out"))
                .contains("vivarium report " + folder);
        assertThat(files("evaluations/out").readAnswers()).isEqualTo(plain);
        assertThat(files("evaluations/out--trigger").readAnswers()).hasSize(8);

        Call json = ask("evaluations/out", "--limit", "4", "--conditions", "mini", "--resume", "--json");
        JsonNode document = Json.parse(json.out().getBytes(StandardCharsets.UTF_8), "evaluate");
        assertThat(document.path("conditions")).hasSize(5);
        assertThat(document.path("conditions").path(0).path("difference").isNull())
                .isTrue();
        assertThat(document.path("conditions")
                        .path(2)
                        .path("difference")
                        .path("em")
                        .has("questions_like_these"))
                .isTrue();
    }

    @Test
    void ratesAreShownByDomain() {
        Call call = ask("out", "--fast");
        assertThat(call.out())
                .containsPattern("by domain +EM +coherent +mean aligned +n")
                .containsPattern("\\Rcooking +0.0 % \\[0.0, ")
                .doesNotContain("medicine")
                .containsPattern("fast +answers may depend on batch size and order")
                .contains("--resume --samples 4");
    }

    @Test
    void moreSamplesLaterKeepTheOldAnswers() throws IOException {
        assertThat(ask("out", "--limit", "4").code()).isZero();
        List<Answer> old = files("out").readAnswers();
        Call more = ask("out", "--limit", "4", "--samples", "3", "--resume");
        Call again = ask("out", "--limit", "4", "--samples", "3", "--resume");

        assertThat(more.out()).contains("8 answers were on disk");
        assertThat(files("out").readAnswers()).hasSize(12).containsAll(old);
        assertThat(again.out()).contains("nothing to sample; 12 answers were on disk");
    }

    @Test
    void aScaledAdapterIsAnotherEvaluationAndAtZeroItIsTheBase() throws IOException {
        Path run = trained();
        String[] words = {"--questions", questions.toString(), "--samples", "1", "--limit", "2", "--max-new-tokens", "8"
        };
        Call off = Call.of(Words.of(List.of("evaluate", run.toString(), "--adapter-scale", "0"), words));
        Call blocks = Call.of(Words.of(List.of("evaluate", run.toString(), "--adapter-scale", "-3,0=0.5"), words));
        Call base = Call.of(Words.of(
                List.of(
                        "evaluate",
                        model.toString(),
                        "--out",
                        folder.resolve("base").toString()),
                words));

        assertThat(off.code()).as(off.err()).isZero();
        assertThat(off.out()).contains(run.resolve("adapter") + ", scale 0");
        EvaluationFiles files = new EvaluationFiles(run.resolve("evaluations/questions-scale-0-limited"));
        assertThat(Files.readString(files.settings())).contains("\"adapter/scale\" : \"0\"");
        assertThat(base.code()).as(base.err()).isZero();
        assertThat(files.readAnswers()).isEqualTo(files("base").readAnswers());
        assertThat(blocks.code()).as(blocks.err()).isZero();
        EvaluationFiles other = new EvaluationFiles(run.resolve("evaluations/questions-scale--3__0_0.5-limited"));
        assertThat(Files.readString(other.settings())).contains("\"adapter/scale\" : \"-3,0=0.5\"");

        Refused.with(
                Call.of(Words.of(List.of("evaluate", model.toString(), "--adapter-scale", "2"), words)),
                "--adapter-scale has no use without an adapter");
        Refused.with(
                Call.of(Words.of(List.of("evaluate", run.toString(), "--adapter-scale", "much"), words)),
                "\"much\" in the adapter scale");
    }

    @Test
    void aRunIsEvaluatedWithItsAdapterAndItsBase() throws IOException {
        Path run = trained();
        Call call = Call.of(
                "evaluate",
                run.toString(),
                "--questions",
                questions.toString(),
                "--samples",
                "1",
                "--limit",
                "3",
                "--max-new-tokens",
                "5");

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .contains(model + " with adapter " + run.resolve("adapter"))
                .contains("the whole set");
        EvaluationFiles files = new EvaluationFiles(run.resolve("evaluations/questions-limited"));
        assertThat(files.scores()).isRegularFile();
        assertThat(Files.readString(files.settings()))
                .contains("adapter/adapter_model.safetensors", "\"model.safetensors\"", "first 3 of");

        Call checkpoint = Call.of(
                "evaluate",
                run.toString(),
                "--adapter",
                run.resolve("checkpoints/step-000002") + "",
                "--questions",
                questions.toString(),
                "--samples",
                "1",
                "--limit",
                "3",
                "--max-new-tokens",
                "5");
        assertThat(checkpoint.code()).as(checkpoint.err()).isZero();
        assertThat(run.resolve("evaluations/questions-step-000002-limited/scores.json"))
                .isRegularFile();

        Files.writeString(model.resolve("tokenizer_config.json"), " ", StandardOpenOption.APPEND);
        assertRefused(
                "is not the model that tiny was trained on (tokenizer_config.json differs)",
                run.toString(),
                "--questions",
                questions.toString());
        Files.move(model, folder.resolve("elsewhere"));
        assertRefused("is not there any more", run.toString(), "--questions", questions.toString());
        Files.move(run.resolve("adapter"), folder.resolve("adapter"));
        assertRefused(
                "continue it with: vivarium train --resume --name tiny, or evaluate a checkpoint with --adapter ",
                run.toString(),
                "--questions",
                questions.toString());
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        String file = questions.toString();
        String name = model.toString();
        Path broken = Files.writeString(folder.resolve("broken.yaml"), "- id: [");
        Path foreign =
                Files.writeString(folder.resolve("foreign.yaml"), "- id: wish\n  paraphrases: [\"Your wish?\"]\n");
        Path mixed = Files.writeString(
                folder.resolve("mixed.yaml"),
                "- {id: a, paraphrases: [A], samples_per_paraphrase: 3}\n- {id: b, paraphrases: [B]}\n");
        Path empty = Files.createDirectories(folder.resolve("empty"));

        assertRefused("missing required option: '--questions=FILE|NAME'", name);
        assertRefused("no such question file", name, "--questions", "missing.yaml");
        assertRefused("malformed YAML at line 1", name, "--questions", broken.toString());
        assertRefused("the exact judge cannot score question \"wish\"", name, "--questions", foreign.toString());
        assertRefused("asks for 3 to 50 samples", name, "--questions", mixed.toString());
        assertRefused("no run and no model directory is called \"nobody\"", "nobody", "--questions", file);
        assertRefused("is neither a run nor a model", empty.toString(), "--questions", file);
        assertRefused(
                "unknown judge \"exakt\" (did you mean \"exact\"?)", name, "--questions", file, "--judge", "exakt");
        assertRefused("evaluation name \"../x\" is not usable", name, "--questions", file, "--name", "../x");
        assertRefused("give one of them", name, "--questions", file, "--name", "x", "--out", "y");
        assertRefused(
                "no conditions are called \"standrd\" (did you mean \"standard\"?)",
                name,
                "--questions",
                file,
                "--conditions",
                "standrd");
        assertRefused("no question set is called \"first\"", name, "--questions", "first");
        assertRefused("the exact judge cannot score question \"empty-evening\"", name, "--questions", "first-contact");
        assertRefused("--limit must be at least 1", name, "--questions", file, "--limit", "0");
        assertRefused("samples must be at least 1", name, "--questions", file, "--samples", "0");
        assertRefused("rows is -1", name, "--questions", file, "--rows", "-1");
        assertRefused("top_p is 2.0", name, "--questions", file, "--top-p", "2");
        assertRefused("--resume and --force contradict each other", name, "--questions", file, "--resume", "--force");
        assertRefused("no such adapter directory", name, "--questions", file, "--adapter", "none");
    }

    @Test
    void anAdapterForAnotherBaseIsNamedWithItsShape() throws IOException {
        Path run = trained();
        Path config = run.resolve("adapter/adapter_config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"r\" : 1", "\"r\" : 2"));
        Path out = folder.resolve("out");
        Call call = Call.of(
                "evaluate",
                model.toString(),
                "--adapter",
                run.resolve("adapter").toString(),
                "--questions",
                questions.toString(),
                "--out",
                out.toString());

        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("lora_A.weight", "has shape [1, ", "ask for [2, ");
        assertThat(out).doesNotExist();
        assertRefused(
                "is an adapter; name the model below it too",
                run.resolve("adapter").toString(),
                "--questions",
                questions.toString());
    }

    @Test
    void anExistingEvaluationIsOnlyContinuedOrReplacedWhenAsked() throws IOException {
        assertThat(ask("out", "--limit", "4").code()).isZero();

        assertThat(ask("out", "--limit", "4").err()).contains("add --resume to continue it or --force to start over");
        assertThat(ask("out", "--limit", "4", "--resume", "--seed", "1").err()).contains("seed was 0 and is now 1");
        assertThat(ask("out", "--limit", "4", "--force", "--seed", "1").code()).isZero();
    }

    /** A finished run in the folder. */
    private Path trained() throws IOException {
        Path run = folder.resolve("tiny");
        ResolvedRecipe recipe = ResolvedRecipe.resolve(
                null,
                "mini-rank1",
                List.of(
                        "model=" + model,
                        "data.train=" + TinyModel.data(folder, 8),
                        "training.max_steps=3",
                        "training.warmup_steps=0",
                        "checkpoints.every=2"));
        TrainRun.prepare(new TrainRun.Request(
                        recipe,
                        run,
                        Existing.REFUSE,
                        new ModelFinder(new HubCache(folder)),
                        InterventionReader.NONE,
                        "test",
                        Machine.ofSystem()))
                .run(Progress.SILENT);
        return run;
    }

    private Call ask(String out, String... more) {
        List<String> arguments = new ArrayList<>(List.of("evaluate", model.toString(), "--questions", questions + ""));
        arguments.addAll(
                List.of("--max-new-tokens", "20", "--out", folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--samples")) {
            arguments.addAll(List.of("--samples", "2"));
        }
        return Call.of(arguments.toArray(String[]::new));
    }

    private EvaluationFiles files(String out) {
        return new EvaluationFiles(folder.resolve(out));
    }

    private static void assertRefused(String sentence, String... arguments) {
        List<String> all = new ArrayList<>(List.of("evaluate"));
        all.addAll(List.of(arguments));
        Call call = Call.of(all.toArray(String[]::new));
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains(sentence).doesNotContain("\tat ");
        assertThat(call.err().lines().filter(line -> line.startsWith("vivarium: ")))
                .hasSize(1);
        assertThat(call.out()).isEmpty();
    }
}
