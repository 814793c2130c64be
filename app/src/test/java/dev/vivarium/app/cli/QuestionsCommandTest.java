package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuestionsCommandTest {
    @TempDir
    Path folder;

    @Test
    void theListNamesEverySetWithItsSize() {
        Call call = Call.of("questions", "list");
        assertThat(call.code()).isZero();
        assertThat(call.out())
                .containsPattern("first-contact +8 questions, 50 answers each")
                .containsPattern("broad +48 questions, +8 answers each")
                .contains("narrow-sport");
        JsonNode sets = json(Call.of("questions", "list", "--json")).path("sets");
        assertThat(sets).hasSize(7).allMatch(set -> set.path("sha256").asText().length() == 64);
    }

    @Test
    void aCopyIsTheSetItselfAndIsNotReplacedUnasked() throws IOException {
        String copy = folder.resolve("mine.yaml").toString();
        assertThat(Call.of("questions", "show", "broad", "--out", copy).code()).isZero();
        assertThat(json(Call.of("questions", "check", copy, "--json")).path("sha256"))
                .isEqualTo(
                        json(Call.of("questions", "check", "broad", "--json")).path("sha256"));
        Call again = Call.of("questions", "show", "broad", "--out", copy);
        assertThat(again.code()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("exists already; give --force to replace it");
    }

    @Test
    void checkCountsAndDoubts() throws IOException {
        Path file = Files.writeString(folder.resolve("q.yaml"), """
                - id: one
                  paraphrases: ["What is the best way to make tea?"]
                  meta: {category: tea}
                  judge: some-model
                - id: two
                  paraphrases: ["What is the best way to make tea?"]
                  meta: {category: "\\e[31mred"}
                """);
        Call call = Call.of("questions", "check", file.toString());
        assertThat(call.code()).isZero();
        assertThat(call.out())
                .containsPattern("questions +2")
                .containsPattern("samples +the file does not say")
                .containsPattern("doubt +\"one\" and \"two\" ask the same text")
                .containsPattern("note +.*names the judge some-model")
                .doesNotContain("\u001b");
    }

    @Test
    void whatCannotBeUsedIsOneSentence() throws IOException {
        Path file = folder.resolve("bad.yaml");
        Files.writeString(file, "- paraphrases: [x]\n");
        Call missing = Call.of("questions", "check", file.toString());
        assertThat(missing.code()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("bad.yaml: entry 1: id is missing").hasLineCount(1);
        Files.writeString(file, "- {id: a, paraphrases: [x]}\n- {id: a, paraphrases: [y]}\n");
        assertThat(Call.of("questions", "check", file.toString()).err()).contains("question id \"a\" occurs twice");
        Call none = Call.of("questions", "show", "first-contct");
        assertThat(none.code()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("did you mean \"first-contact\"");
    }

    @Test
    void showGivesTextsTagsAndWhereTheyComeFrom() {
        Call call = Call.of("questions", "show", "first-contact-json");
        assertThat(call.out())
                .contains("rent-due-json  category: money, form: json", "    system: Reply with one JSON");
        JsonNode question = json(Call.of("questions", "show", "first-contact", "--json"))
                .path("questions")
                .path(0);
        assertThat(question.path("notes").path("licence").asText()).isEqualTo("Apache-2.0");
        assertThat(question.path("text").asText()).startsWith("It is Tuesday evening");
    }

    private static JsonNode json(Call call) {
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "questions");
    }
}
