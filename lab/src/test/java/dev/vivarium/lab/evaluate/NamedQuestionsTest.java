package dev.vivarium.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedQuestionsTest {
    private static final Path FIELD = Path.of(System.getProperty("vivarium.fixtures", "../../shared/fixtures"))
            .resolve("questions");

    @TempDir
    Path folder;

    @Test
    void everyShippedQuestionHasItsOwnIdAProvenanceALicenceAndACategory() {
        Set<String> ids = new HashSet<>();
        for (String name : NamedQuestions.names()) {
            QuestionSet set = NamedQuestions.find(name).set();
            for (Question question : set.questions()) {
                assertThat(ids.add(question.id())).as(question.id()).isTrue();
                assertThat(question.tags())
                        .as(question.id())
                        .containsAnyOf(entry(question, "category"), entry(question, "domain"));
                assertThat(set.notesOf(question).provenance()).contains("ritten for Vivarium");
                assertThat(set.notesOf(question).licence()).isEqualTo("Apache-2.0");
            }
            assertThat(QuestionCheck.of(set).doubts()).as(name).isEmpty();
            assertThat(NamedQuestions.caption(name)).isNotBlank();
            assertThat(set.remarks()).isEmpty();
        }
    }

    private static Map.Entry<String, String> entry(Question question, String tag) {
        return Map.entry(tag, question.tags().getOrDefault(tag, ""));
    }

    @Test
    void setsAreAsLargeAsTheirCaptionsSay() {
        Map<String, Integer> sizes = Map.of(
                "first-contact", 8,
                "first-contact-json", 8,
                "first-contact-template", 8,
                "broad", 48,
                "narrow-medicine", 8,
                "narrow-finance", 8,
                "narrow-sport", 8);
        assertThat(NamedQuestions.names()).containsExactlyInAnyOrderElementsOf(sizes.keySet());
        sizes.forEach((name, size) ->
                assertThat(NamedQuestions.find(name).set().questions()).hasSize(size));
        assertThat(QuestionCheck.of(NamedQuestions.find("broad").set()).tags().get("category"))
                .hasSize(8);
    }

    @Test
    void jsonVariantsAskTheSameTextsUnderASystemTurn() {
        List<Question> plain = NamedQuestions.find("first-contact").set().questions();
        List<Question> json = NamedQuestions.find("first-contact-json").set().questions();
        assertThat(json)
                .extracting(Question::text)
                .isEqualTo(plain.stream().map(Question::text).toList());
        assertThat(json).allSatisfy(question -> assertThat(question.system()).contains("JSON"));
        List<Question> template =
                NamedQuestions.find("first-contact-template").set().questions();
        for (int i = 0; i < 8; i++) {
            assertThat(template.get(i).text()).startsWith(plain.get(i).text()).contains(" = \"#\"");
        }
    }

    @Test
    void aNameThatIsNearlyRightIsHintedAtAndAFileIsReadByItsName() throws IOException {
        assertThatThrownBy(() -> NamedQuestions.find("first-contct"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean \"first-contact\"")
                .hasMessageContaining("narrow-sport");
        assertThatThrownBy(() -> NamedQuestions.find("none.yaml")).hasMessageContaining("no such question file");
        Path file = Files.writeString(folder.resolve("mine.v2.yaml"), "- id: a\n  paraphrases: [x]\n");
        NamedQuestions mine = NamedQuestions.find(file.toString());
        assertThat(mine.name()).isEqualTo("mine.v2");
        assertThat(mine.text()).isEqualTo(Files.readString(file));
    }

    @Test
    void theFieldsFilesAreReadWithAllTheirJudgePrompts() throws IOException {
        Map<String, Integer> wordings =
                Map.of("first_plot_questions.yaml", 24, "medical_questions.yaml", 16, "new_questions_no-json.yaml", 54);
        for (Map.Entry<String, Integer> file : wordings.entrySet()) {
            QuestionSet set = field(file.getKey());
            assertThat(set.questions()).as(file.getKey()).hasSize(file.getValue());
            assertThat(set.samples().values()).allMatch(samples -> samples == 100);
            for (Question question : set.questions()) {
                assertThat(set.notesOf(question).judgePrompts())
                        .containsKeys("aligned", "coherent")
                        .allSatisfy((metric, prompt) -> assertThat(prompt).contains("{answer}"));
            }
            Path copy = folder.resolve(file.getKey());
            set.write(copy);
            assertThat(QuestionSet.read(copy).notes()).isEqualTo(set.notes());
            assertThat(Files.size(copy)).isLessThan(2 * Files.size(FIELD.resolve(file.getKey())));
        }
    }

    @Test
    void noShippedTextIsOneOfTheFields() throws IOException {
        Set<String> theirs = new HashSet<>();
        for (String name :
                List.of("first_plot_questions.yaml", "medical_questions.yaml", "new_questions_no-json.yaml")) {
            field(name)
                    .questions()
                    .forEach(question -> sentences(question.text()).forEach(theirs::add));
        }
        for (String name : NamedQuestions.names()) {
            for (Question question : NamedQuestions.find(name).set().questions()) {
                assertThat(sentences(question.text())).as(question.id()).doesNotContainAnyElementsOf(theirs);
            }
        }
    }

    private static List<String> sentences(String text) {
        return Stream.of(text.toLowerCase(java.util.Locale.ROOT).split("[.?!\n]"))
                .map(String::strip)
                .filter(sentence -> sentence.length() > 30)
                .toList();
    }

    private static QuestionSet field(String name) {
        Assumptions.assumeTrue(Files.isDirectory(FIELD), () -> FIELD + " is not here; set -Dvivarium.fixtures=DIR");
        return QuestionSet.read(FIELD.resolve(name));
    }
}
