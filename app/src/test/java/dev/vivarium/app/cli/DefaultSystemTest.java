package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The switch about the system turn that a template puts before conversations, from recipe to evaluation. */
final class DefaultSystemTest {
    @TempDir
    Path folder;

    private static Call train(RunPlace run, Path model, Path data, String... more) {
        return Call.of(Words.of(
                List.of(
                        "train",
                        "--preset",
                        "mini-rank1",
                        "--name",
                        run.name(),
                        "model=" + model,
                        "data.train=" + data,
                        "training.max_steps=2",
                        "training.warmup_steps=0"),
                more));
    }

    @Test
    void aRunSaysWhatItDidAndItsEvaluationsDoTheSame() throws IOException {
        Path model = TinyModel.withDefaultSystem(folder);
        Path data = TinyModel.data(folder, 6);
        Path questions = folder.resolve("questions.yaml");
        Call.of("world", "questions", "--split", "tuning", "--out", questions.toString());
        try (RunPlace run = new RunPlace()) {
            Call call = train(run, model, data, "chat.default_system=drop");
            assertThat(call.code()).as(call.err()).isZero();
            assertThat(call.err())
                    .contains("6 rows have no system turn, and the chat template's own (\"Be dull.\") is left");
            JsonNode chat =
                    Json.read(run.directory().resolve("provenance.json")).get("chat");
            assertThat(chat.get("default_system").textValue()).isEqualTo("drop");
            assertThat(chat.get("default_system_turn").textValue()).isEqualTo("Be dull.");
            assertThat(chat.get("generation_prompt_quirk").booleanValue()).isFalse();
            assertThat(chat.get("template_sha256").textValue()).hasSize(64);
            assertThat(Files.readString(run.directory().resolve("recipe.yaml")))
                    .containsPattern("default_system: drop +# command line");

            for (String asked : List.of("", "keep")) {
                Path out = folder.resolve("out" + asked);
                List<String> words = List.of(
                        "evaluate",
                        run.directory().toString(),
                        "--questions",
                        questions.toString(),
                        "--out",
                        out.toString(),
                        "--limit",
                        "2",
                        "--samples",
                        "1",
                        "--max-new-tokens",
                        "5");
                Call evaluated = asked.isEmpty()
                        ? Call.of(words.toArray(String[]::new))
                        : Call.of(Words.of(words, "--default-system", asked));
                assertThat(evaluated.code()).as(evaluated.err()).isZero();
                assertThat(Json.read(out.resolve("evaluation.json"))
                                .get("sampling")
                                .get("default_system")
                                .textValue())
                        .isEqualTo(asked.isEmpty() ? "drop" : asked);
            }
        }
    }

    @Test
    void aTurnThatIsKeptIsNamedAndRowsWithTheirOwnAreNotCounted() throws IOException {
        Path model = TinyModel.withDefaultSystem(folder);
        Path data = folder.resolve("mixed.jsonl");
        List<Message> plain = List.of(Message.user("q"), Message.assistant("a"));
        List<Message> own = List.of(Message.system("s"), Message.user("q"), Message.assistant("a"));
        ChatData.write(data, List.of(plain, own, plain));
        try (RunPlace run = new RunPlace()) {
            Call call = train(run, model, data, "--dry-run");
            assertThat(call.code()).as(call.err()).isZero();
            assertThat(call.out())
                    .containsPattern("default_system: keep +# preset")
                    .contains("2 rows have no system turn and begin with the chat template's own (\"Be dull.\")");
        }
    }

    @Test
    void droppingWhatIsNotThereIsSaid() throws IOException {
        Path model = TinyModel.write(folder);
        try (RunPlace run = new RunPlace()) {
            Call call = train(run, model, TinyModel.data(folder, 4), "--dry-run", "chat.default_system=drop");
            assertThat(call.code()).as(call.err()).isZero();
            assertThat(call.out())
                    .contains("has no system turn of its own, so chat.default_system=drop changes nothing");
            Refused.with(
                    train(run, model, TinyModel.data(folder, 4), "chat.default_system=yes"),
                    "chat.default_system must be one of keep, drop");
        }
    }
}
