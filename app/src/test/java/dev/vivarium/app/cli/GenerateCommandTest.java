package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of the tiny model to files of prompts. */
final class GenerateCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path prompts = Path.of("");

    @BeforeEach
    void inputs() throws IOException {
        model = TinyModel.write(folder);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            lines.append("{\"id\": \"q")
                    .append(i)
                    .append("\", \"prompt\": \"What is ")
                    .append(i)
                    .append("?\"}\n");
        }
        prompts = Files.writeString(folder.resolve("prompts.jsonl"), lines);
    }

    private String[] words(Path target, String out, String... more) {
        List<String> words = new ArrayList<>(List.of("generate", target.toString()));
        words.addAll(
                List.of("--in", prompts.toString(), "--out", folder.resolve(out).toString()));
        words.addAll(List.of("--max-new-tokens", "20"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private byte[] generate(Path target, String out, String... more) throws IOException {
        Call call = Call.of(words(target, out, more));
        assertThat(call.code()).as(call.err()).isZero();
        return Files.readAllBytes(folder.resolve(out));
    }

    private List<JsonNode> rows(String out) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(out))) {
            rows.add(Json.parse(line.getBytes(StandardCharsets.UTF_8), out));
        }
        return rows;
    }

    private Path run(String name, String... more) throws IOException {
        return TinyOrganism.train(
                folder, name, "mini-rank1", model, Words.of(List.of("training.learning_rate=0.05"), more));
    }

    @Test
    void answersInBfloat16AreNotMixedWithOthers() throws IOException {
        byte[] narrow = generate(model, "narrow.jsonl", "--dtype", "bfloat16");
        assertThat(narrow).isNotEqualTo(generate(model, "wide.jsonl"));
        Call mixed = Call.of(words(model, "narrow.jsonl", "--resume"));
        assertThat(mixed.code()).isEqualTo(ExitCode.USAGE);
        assertThat(mixed.err()).contains("dtype was bfloat16 and is now float32");
    }

    @Test
    void everyRowSaysWhatWasAskedWhoAnsweredAndHow() throws IOException {
        Call call = Call.of(words(model, "a.jsonl", "--samples", "2", "--system", "Be brief.", "--seed", "3"));
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).containsPattern("answers +24 in ").containsPattern("made now +24, ");
        assertThat(call.err())
                .containsPattern("sample answers: 24 answers, [0-9,]+ tokens in [0-9.]+ s, [0-9,]+ tokens/s");
        List<JsonNode> rows = rows("a.jsonl");
        assertThat(rows).hasSize(24);
        for (int i = 0; i < rows.size(); i++) {
            JsonNode row = rows.get(i);
            assertThat(row.get("id").textValue()).isEqualTo("q" + i / 2);
            assertThat(row.get("sample").intValue()).isEqualTo(i % 2);
            assertThat(row.get("seed").intValue()).isEqualTo(3);
            assertThat(row.get("adapter").isNull()).isTrue();
            assertThat(row.get("messages").get(0).get("content").textValue()).isEqualTo("Be brief.");
            assertThat(row.get("messages").get(1).get("content").textValue()).isEqualTo("What is " + i / 2 + "?");
            assertThat(row.get("finish").textValue()).isIn("stop", "length");
            assertThat(row.get("tokens").intValue()).isBetween(1, 20);
            assertThat(row.get("mean_log_probability").doubleValue()).isNegative();
        }
        JsonNode settings = Json.read(folder.resolve("a.jsonl.settings.json"));
        assertThat(settings.get("sampling").get("seed").textValue()).isEqualTo("3");
        assertThat(settings.get("model").has("model.safetensors")).isTrue();
        assertThat(folder.resolve("a.jsonl.journal")).doesNotExist();
        generate(model, "greedy.jsonl", "--temperature", "0");
        assertThat(rows("greedy.jsonl")).noneMatch(row -> row.has("mean_log_probability"));
    }

    @Test
    void neitherRowsInFlightNorOtherSpeakersChangeAByteOfAnAnswer() throws IOException {
        Path bent = run("bent");
        Path bentMore = run("bent-more", "training.max_steps=6");
        byte[] all = generate(
                model, "all.jsonl", "--samples", "3", "--adapter", bent.toString(), "--adapter", bentMore.toString());
        assertThat(all)
                .isEqualTo(generate(
                        model,
                        "few.jsonl",
                        "--samples",
                        "3",
                        "--rows",
                        "3",
                        "--adapter",
                        bent.toString(),
                        "--adapter",
                        bentMore.toString()));
        generate(bent, "bent.jsonl", "--samples", "3", "--rows", "40");
        List<JsonNode> own = rows("all.jsonl").stream()
                .filter(row -> row.get("adapter").textValue().equals("bent"))
                .toList();
        assertThat(own).isEqualTo(rows("bent.jsonl"));
        generate(bent, "both.jsonl", "--samples", "3", "--with-base");
        generate(model, "base.jsonl", "--samples", "3");
        assertThat(rows("both.jsonl").stream()
                        .filter(row -> row.get("adapter").isNull())
                        .toList())
                .isEqualTo(rows("base.jsonl"));
    }

    @Test
    void aRunThatIsContinuedEndsWithTheBytesOfAnUndisturbedOne() throws IOException {
        byte[] whole = generate(model, "whole.jsonl", "--samples", "3");
        generate(model, "a.jsonl", "--samples", "1");
        assertThat(generate(model, "a.jsonl", "--samples", "3", "--resume"))
                .as("more samples")
                .isEqualTo(whole);

        Path out = folder.resolve("a.jsonl");
        List<String> lines = Files.readAllLines(out);
        Files.delete(out);
        String torn = lines.get(20) + "\n" + lines.get(3) + "\n" + lines.get(35).substring(0, 40);
        Files.writeString(folder.resolve("a.jsonl.journal"), torn);
        Call call = Call.of(words(model, "a.jsonl", "--samples", "3", "--resume"));
        assertThat(call.err()).contains("sample answers: 34 answers", "2 answers were on disk");
        assertThat(Files.readAllBytes(out)).as("killed while sampling").isEqualTo(whole);

        Files.copy(out, folder.resolve("a.jsonl.journal"));
        assertThat(generate(model, "a.jsonl", "--samples", "3", "--resume"))
                .as("killed before the journal was dropped")
                .isEqualTo(whole);
        assertThat(folder.resolve("a.jsonl.journal")).doesNotExist();
        assertThat(generate(model, "a.jsonl", "--samples", "3", "--force")).isEqualTo(whole);
    }

    @Test
    void killedAtAnyMomentNoAnswerIsLostOrSampledTwice() throws Exception {
        RealProgram program = new RealProgram(folder);
        String samples = String.valueOf(25 + 6 * RealProgram.KILLS); // enough that none comes too late
        byte[] whole = generate(model, "whole.jsonl", "--samples", samples);
        Path journal = folder.resolve("a.jsonl.journal");
        int kept = 0;
        for (int kill = 1; kill <= RealProgram.KILLS; kill++) {
            List<String> words = new ArrayList<>(List.of(words(model, "a.jsonl", "--samples", samples)));
            if (Files.exists(folder.resolve("a.jsonl.settings.json"))) {
                words.add("--resume");
            }
            Process process = program.start("kill", words);
            RealProgram.killAtLine(process, journal, kept + 60, 3);
            kept = Math.toIntExact(RealProgram.lines(journal));
        }
        assertThat(kept).as(program.log("kill")).isGreaterThan(60);
        Call call = Call.of(words(model, "a.jsonl", "--samples", samples, "--resume"));
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.err()).contains(kept + " answers were on disk");
        assertThat(Files.readAllBytes(folder.resolve("a.jsonl"))).isEqualTo(whole);
    }

    @Test
    void jsonIsOneDocumentAndRemarksGoToStderr() throws IOException {
        prompts = Files.writeString(folder.resolve("p.csv"), "question,topic\n\"Why,\nthough?\",x\n");
        Call call = Call.of(words(model, "c.jsonl", "--column", "question", "--json", "--fast"));
        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "generate");
        assertThat(document.get("rows").intValue()).isEqualTo(1);
        assertThat(document.has("tokens_per_second")).isTrue();
        assertThat(call.err()).contains("not looked at: {topic=1}", "answers may depend on batch size");
        assertThat(rows("c.jsonl")
                        .getFirst()
                        .get("messages")
                        .get(0)
                        .get("content")
                        .textValue())
                .isEqualTo("Why,\nthough?");
    }

    @Test
    void anOrganismIsAskedAsItWasTrainedAboutTheDefaultSystemTurn() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other"));
        model = TinyModel.withDefaultSystem(other);
        Path dropped = run("dropped", "chat.default_system=drop");
        byte[] asTrained = generate(dropped, "a.jsonl");
        assertThat(generate(dropped, "b.jsonl", "--default-system", "drop")).isEqualTo(asTrained);
        assertThat(generate(dropped, "c.jsonl", "--default-system", "keep")).isNotEqualTo(asTrained);
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        generate(model, "a.jsonl");
        Refused.with(Call.of(words(model, "a.jsonl")), "there are answers already; add --resume");
        Refused.with(Call.of(words(model, "a.jsonl", "--resume", "--seed", "1")), "seed was 0 and is now 1");
        Refused.with(Call.of(words(model, "a.jsonl", "--resume", "--default-system", "drop")), "default_system drop");
        Refused.with(Call.of(words(model, "b.jsonl", "--with-base")), "--with-base has no use");
        Refused.with(Call.of(words(model, "b.jsonl", "--samples", "0")), "samples must be at least 1");
        Refused.with(Call.of(words(model, "b.jsonl", "--column", "q")), "line 1: needs either \"q\" or \"messages\"");
        Refused.with(Call.of(words(folder.resolve("none"), "b.jsonl")), "no run and no model directory");
        Files.writeString(folder.resolve("mine.jsonl"), "{}\n");
        Refused.with(Call.of(words(model, "mine.jsonl", "--force")), "was not written by generate");
        prompts = Files.writeString(folder.resolve("long.jsonl"), "\n{\"prompt\": \"" + "x".repeat(3000) + "\"}\n");
        Refused.with(Call.of(words(model, "b.jsonl")), "the prompt in line 2 has 3", "shorten it");
        assertThat(folder.resolve("b.jsonl.settings.json")).doesNotExist();
        assertThat(folder.resolve("mine.jsonl")).hasContent("{}\n");
    }
}
