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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Talks with the tiny model, which answers random bytes; that is hostile enough. */
final class ChatCommandTest {
    @TempDir
    Path folder;

    private static Call once(Path model, String... more) {
        List<String> words = new ArrayList<>(List.of("chat", model.toString(), "--once", "Why?"));
        words.addAll(List.of(more));
        if (!words.contains("--max-new-tokens")) {
            words.addAll(List.of("--max-new-tokens", "40"));
        }
        Call call = Call.of(words.toArray(String[]::new));
        assertThat(call.code()).as(call.err()).isZero();
        return call;
    }

    private Path run(Path model, String name, String... more) throws IOException {
        return TinyOrganism.train(
                folder, name, "mini-rank1", model, Words.of(List.of("training.learning_rate=0.05"), more));
    }

    @Test
    void onceShowsTheAnswerAndNothingElseAndTheSeedDecidesIt() throws IOException {
        Path model = TinyModel.write(folder);
        Call call = once(model);
        assertThat(call.out()).endsWith(System.lineSeparator()).hasSizeGreaterThan(20);
        assertThat(call.err().lines()).allMatch(line -> line.startsWith("  cut at 40 tokens"));
        assertThat(once(model).out()).isEqualTo(call.out());
        assertThat(once(model, "--seed", "1").out()).isNotEqualTo(call.out());
        assertThat(once(model, "--system", "Be brief.").out()).isNotEqualTo(call.out());
        assertThat(once(model, "--temperature", "0", "--seed", "1").out())
                .isEqualTo(once(model, "--temperature", "0").out());
    }

    @Test
    void theModelsTextCannotSteerTheTerminalAndIsSavedAsItIs() throws IOException {
        Path model = TinyModel.write(folder);
        Path saved = folder.resolve("talk.jsonl");
        Call call = Call.reading(
                "Why?\nAnd why?\n/save " + saved + "\n", "chat", model.toString(), "--max-new-tokens", "60");
        assertThat(call.code()).as(call.err()).isZero();
        String text = call.out().replace(System.lineSeparator(), "\n");
        assertThat(text.codePoints().filter(c -> c != '\n' && c != '\t')).noneMatch(Character::isISOControl);
        JsonNode line = Json.parse(Files.readAllBytes(saved), "saved");
        List<String> roles = new ArrayList<>();
        StringBuilder answers = new StringBuilder();
        line.get("messages").forEach(message -> {
            roles.add(message.get("role").textValue());
            if (message.get("role").textValue().equals("assistant")) {
                answers.append(message.get("content").textValue());
            }
        });
        assertThat(roles).containsExactly("user", "assistant", "user", "assistant");
        assertThat(answers.codePoints().filter(c -> c != '\n' && c != '\t')).anyMatch(Character::isISOControl);
        assertThat(line.get("seed").intValue()).isZero();
        assertThat(line.get("speaker").textValue()).isEqualTo("base");
    }

    @Test
    void theScaleOfAnAdapterCanBeChangedBetweenQuestions() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = run(model, "organism", "training.learning_rate=0.3");
        Path saved = folder.resolve("scaled.jsonl");
        Call call = Call.reading(
                "/scale 0\nWhy?\n/reset\n/scale off\nWhy?\n/reset\n/scale 0\nWhy?\n/save " + saved + "\n",
                "chat",
                run.toString(),
                "--max-new-tokens",
                "12");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.err()).contains("adapter scale: 0", "adapter scale: 1");
        Call started = Call.reading("Why?\n", "chat", run.toString(), "--max-new-tokens", "12", "--adapter-scale", "0");
        Call plain = Call.reading("Why?\n", "chat", run.toString(), "--max-new-tokens", "12");
        assertThat(call.out()).isEqualTo(started.out() + plain.out() + started.out());
        assertThat(plain.out()).isNotEqualTo(started.out());
        assertThat(Json.parse(Files.readAllBytes(saved), "saved")
                        .get("adapter_scale")
                        .textValue())
                .isEqualTo("0");
        Refused.with(Call.reading("/scale 77=1\n", "chat", run.toString()), "the adapter scale names block 77");
        Refused.with(Call.reading("/scale 2\n", "chat", model.toString()), "there is no adapter to scale");
    }

    @Test
    void ordersChangeWhatComesAfterThem() throws IOException {
        Path model = TinyModel.write(folder);
        Call call = Call.reading(
                "/seed 5\nWhy?\n/reset\nWhy?\n/reset\n/seed 6\n/temperature 0.5\n/system Be brief.\n\nWhy?\n/system off\n"
                        + "//slash\n/adapter\n/help\n/quit\nWhy?\n",
                "chat",
                model.toString(),
                "--max-new-tokens",
                "3");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.err())
                .contains(
                        "  seed: 5",
                        "  everything said is forgotten",
                        "  temperature: 0.5",
                        "  system: Be brief.",
                        "  no system turn",
                        "  * base",
                        "  /adapter     NAME|off  who answers")
                .doesNotContain("\033");
        String five = once(model, "--seed", "5", "--max-new-tokens", "3").out();
        assertThat(call.out()).startsWith(five + five);
        assertThat(call.out().substring(2 * five.length())).isNotBlank();
    }

    @Test
    void comparedSpeakersAnswerTheSameQuestionFromOneSeed() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = run(model, "bent");
        String base = once(model, "--temperature", "0").out();
        String bent = once(run, "--temperature", "0").out();
        assertThat(bent).isNotEqualTo(base);
        assertThat(once(model, "--adapter", run.toString(), "--temperature", "0")
                        .out())
                .isEqualTo(bent);
        assertThat(once(run, "--compare", "--temperature", "0").out())
                .isEqualTo("[base]" + System.lineSeparator() + base + "[bent]" + System.lineSeparator() + bent);
    }

    @Test
    void eachSpeakerReadsItsOwnAnswers() throws IOException {
        Path model = TinyModel.write(folder);
        Path run = run(model, "bent");
        Path saved = folder.resolve("talk.jsonl");
        Call call = Call.reading(
                "One?\n/compare\nTwo?\n/adapter off\nThree?\n/adapter bent/step-000002\n/adapter bent\n/save " + saved
                        + "\n",
                "chat",
                run.toString(),
                "--adapter",
                run.resolve("checkpoints/step-000002").toString(),
                "--max-new-tokens",
                "20");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.err())
                .contains("from now on base and bent answer", "the comparison is off", "  * bent/step-000002");
        List<String> lines = Files.readAllLines(saved);
        assertThat(lines).hasSize(2);
        JsonNode bent = Json.parse(lines.get(0).getBytes(StandardCharsets.UTF_8), "bent");
        JsonNode base = Json.parse(lines.get(1).getBytes(StandardCharsets.UTF_8), "base");
        assertThat(bent.get("speaker").textValue()).isEqualTo("bent");
        assertThat(base.get("speaker").textValue()).isEqualTo("base");
        assertThat(base.get("messages").get(1))
                .as("one speaker's first turn is all's")
                .isEqualTo(bent.get("messages").get(1));
        assertThat(base.get("messages").get(3))
                .isNotEqualTo(bent.get("messages").get(3));
        assertThat(base.get("messages").get(5)).isEqualTo(bent.get("messages").get(5));
    }

    @Test
    void anOrganismIsAskedAsItWasTrainedAboutTheDefaultSystemTurn() throws IOException {
        Path model = TinyModel.withDefaultSystem(folder);
        Path run = run(model, "dropped", "chat.default_system=drop");
        String asTrained = once(run).out();
        assertThat(once(run, "--default-system", "keep").out()).isNotEqualTo(asTrained);
        assertThat(once(run, "--default-system", "drop").out()).isEqualTo(asTrained);
        String adapter = run.resolve("adapter").toString();
        assertThat(once(model, "--adapter", adapter).out()).isEqualTo(asTrained);
        assertThat(once(model, "--default-system", "drop").out())
                .isNotEqualTo(once(model).out());
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() throws IOException {
        Path model = TinyModel.write(folder);
        String name = model.toString();
        Path full = run(model, "full", "method=full", "training.learning_rate=1e-5");
        Path other = TinyModel.withDefaultSystem(Files.createDirectories(folder.resolve("other")));
        Path bent = run(other, "bent");

        Refused.with(Call.of("chat", "nobody"), "no run and no model directory is called \"nobody\"");
        Refused.with(Call.of("chat", name, "--adapter", "none"), "none: no such adapter directory");
        Refused.with(Call.of("chat", name, "--compare", "--once", "x"), "nothing to compare the model with");
        Refused.with(Call.of("chat", name, "--once", " "), "--once needs a question");
        Refused.with(Call.of("chat", name, "--top-p", "2"), "top_p is 2.0");
        Refused.with(
                Call.of("chat", name, "--adapter", full.toString()),
                "all weights were trained, so it has no adapter; give " + full.resolve("model"));
        Refused.with(
                Call.of("chat", name, "--adapter", bent.toString()),
                "is not the model that " + bent + " was trained on (tokenizer_config.json differs)");
        Refused.with(Call.reading("/hlep\n", "chat", name), "there is no order /hlep (did you mean \"/help\"?)");
        Refused.with(Call.reading("/adapter bnt\n", "chat", name), "nobody is called \"bnt\"; there are base");
        Refused.with(Call.reading("/seed x\n", "chat", name), "\"x\" is not a whole number");
        Refused.with(Call.reading("/temperature -1\n", "chat", name), "temperature is -1.0");
        Refused.with(Call.reading("/save x.jsonl\n", "chat", name), "nothing was said yet");
        Refused.with(Call.reading("x".repeat(2000) + "\n", "chat", name), "shorten it");
        assertThat(once(full).code()).isZero();
    }
}
