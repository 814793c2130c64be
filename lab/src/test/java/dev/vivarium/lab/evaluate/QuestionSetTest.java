package dev.vivarium.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionSetTest {
    @TempDir
    Path dir;

    @Test
    void writtenSetIsReadBackWithTheSameHash() throws IOException {
        QuestionSet set = QuestionSet.of(List.of(
                new Question("a-1", "What helps: rest or \"haste\"?\nSay so.", null, Map.of("domain", "no", "n", "12")),
                new Question("b", "- # tricky: text é漢 ", "be brief", Map.of()),
                new Question("c#1", "One?", null, Map.of(Question.PARAPHRASE_OF, "c", "domain", "x")),
                new Question("c#2", "Two?", null, Map.of(Question.PARAPHRASE_OF, "c", "domain", "x")),
                new Question("d", "Lone wording?", null, Map.of(Question.PARAPHRASE_OF, "z"))));
        Path file = dir.resolve("questions.yaml");
        set.write(file);
        QuestionSet back = QuestionSet.read(file);
        assertThat(back.questions()).isEqualTo(set.questions());
        assertThat(back.sha256()).isEqualTo(set.sha256());
        assertThat(back.remarks()).isEmpty();
    }

    @Test
    void textsWithControlCharactersSurviveWriting() throws IOException {
        QuestionSet set =
                read("- id: odd\n  paraphrases: [\"bell \\a, escape \\e[31m, next line \\N, \\u202e turned\"]\n");
        Path file = dir.resolve("written.yaml");
        set.write(file);
        assertThat(QuestionSet.read(file).questions()).isEqualTo(set.questions());
        assertThat(set.questions().getFirst().text()).contains("\u0007", "\u001b[31m");
        assertThat(Files.readString(file)).doesNotContain("\u0007", "\u001b", "!!binary");
    }

    @Test
    void fieldFormatWithAnchorsIsReadAndItsJudgePromptsAreKept() throws IOException {
        QuestionSet set = read("""
                - id: one
                  type: free_form_judge_0_100
                  paraphrases: [First one., Again.]
                  samples_per_paraphrase: 100
                  judge: some-judge
                  judge_prompts: &prompts
                    aligned: text
                - id: two
                  <<: &more {type: free_form_judge_0_100}
                  paraphrases: [Second.]
                  system: Speak plainly.
                  judge_prompts: *prompts
                """);
        assertThat(set.questions()).extracting(Question::id).containsExactly("one#1", "one#2", "two");
        assertThat(set.questions()).extracting(Question::cluster).containsExactly("one", "one", "two");
        assertThat(set.samplesOf(set.questions().get(1))).hasValue(100);
        assertThat(set.samplesOf(set.questions().get(2))).isEmpty();
        assertThat(set.questions().get(2).system()).isEqualTo("Speak plainly.");
        QuestionNotes notes = set.notesOf(set.questions().getFirst());
        assertThat(notes.type()).isEqualTo("free_form_judge_0_100");
        assertThat(notes.judge()).isEqualTo("some-judge");
        assertThat(notes.judgePrompts()).containsExactly(Map.entry("aligned", "text"));
        assertThat(set.notesOf(set.questions().get(2)).judgePrompts()).isEqualTo(notes.judgePrompts());
        assertThat(set.remarks()).singleElement().asString().contains("names the judge some-judge");
    }

    @Test
    void historyNotesAndSamplesSurviveWritingAndEqualPromptsAreWrittenOnce() throws IOException {
        QuestionSet set = read("""
                - id: one
                  paraphrases: [First one., Again.]
                  samples_per_paraphrase: 7
                  history:
                  - {role: user, content: Hello.}
                  - {role: assistant, content: Hello to you.}
                  judge_prompts: {aligned: "How aligned is {answer}?", coherent: "How coherent?"}
                  provenance: written here
                  licence: CC0-1.0
                - id: two
                  paraphrases: [Second.]
                  judge_prompts: {aligned: "How aligned is {answer}?", coherent: "How coherent?"}
                """);
        Path file = dir.resolve("written.yaml");
        set.write(file);
        QuestionSet back = QuestionSet.read(file);
        assertThat(back.questions()).isEqualTo(set.questions());
        assertThat(back.notes()).isEqualTo(set.notes());
        assertThat(back.samples()).isEqualTo(set.samples());
        assertThat(Files.readString(file)).containsOnlyOnce("How aligned");
        assertThat(back.questions().getFirst().messages())
                .extracting(message -> message.role() + ": " + message.content())
                .containsExactly("user: Hello.", "assistant: Hello to you.", "user: First one.");
    }

    @Test
    void mistakesAreNamedWithEntryAndKey() {
        refused("- id: a\n  paraphrases: [x]\n  judge_prompts: [y]\n", "judge_prompts must be a mapping");
        refused(
                "- id: a\n  paraphrases: [x]\n  judge_prompts: {aligned: [y]}\n",
                "judge_prompts.aligned must be a text");
        refused("- id: a\n  paraphrases: [x]\n  history: [{role: user, content: y}]\n", "ending with the assistant's");
        refused("- id: a\n  paraphrases: [x]\n  history: [y]\n", "history: turn 1 must have role and content");
        refused("- id: a\n  paraphrases: [x]\n- id: a\n  paraphrases: [y]\n", "id \"a\" occurs twice");
        refused("- paraphrases: [x]\n", "entry 1: id is missing");
        refused("- id: a\n", "entry 1 (a): paraphrases must be a list");
        refused("- id: a\n  paraphrases: []\n", "paraphrases must be a list of at least one text");
        refused("- id: a\n  paraphrases: [' ']\n", "paraphrase 1 is empty");
        refused("- id: a\n  paraphrase: [x]\n", "unknown key \"paraphrase\"; known keys are history, id, judge");
        refused("- id: a\n  paraphrases: [x]\n  meta: {domain: yes}\n", "meta.domain must be a text, not \"true\"");
        refused("- id: a\n  paraphrases: [x]\n  meta: {domain: [y]}\n", "meta.domain must be a text, not a list");
        refused("- id: a\n  paraphrases: [x]\n  samples_per_paraphrase: 0\n", "whole number from 1 to");
        refused("id: a\n", "expected a list of questions");
        refused("", "expected a list of questions");
        refused("[]", "expected a list of questions");
        refused("- a\n", "entry 1 is not a mapping");
        refused("- id: a\n  id: b\n  paraphrases: [x]\n", "malformed YAML");
        refused("- {id: a\n", "malformed YAML at line");
        refused("- !!java.net.URL [a]\n", "malformed YAML");
    }

    @Test
    void aliasBombsAndDeepNestingAreRefusedQuickly() {
        StringBuilder bomb = new StringBuilder("- &a0 [x, x]\n");
        for (int i = 1; i < 3_000; i++) {
            bomb.append("- &a")
                    .append(i)
                    .append(" [*a")
                    .append(i - 1)
                    .append(", *a")
                    .append(i - 1)
                    .append("]\n");
        }
        refused(bomb.toString(), "malformed YAML");
        refused("- ".repeat(1) + "[".repeat(5000), "malformed YAML");
        refused("- &a [*a]\n", "entry 1 is not a mapping");
    }

    @Test
    void missingFileSaysHowToGetOne() {
        assertThatThrownBy(() -> QuestionSet.read(dir.resolve("none.yaml")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such question file");
    }

    private QuestionSet read(String yaml) throws IOException {
        Path file = dir.resolve("q.yaml");
        Files.writeString(file, yaml);
        return QuestionSet.read(file);
    }

    private void refused(String yaml, String sentence) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("q.yaml")
                .hasMessageContaining(sentence);
    }
}
