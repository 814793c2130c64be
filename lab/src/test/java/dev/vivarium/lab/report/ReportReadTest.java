package dev.vivarium.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Subject.Role;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportReadTest {
    @TempDir
    Path folder;

    @Test
    void aFolderOfRunsGivesBaseOrganismAndGoodTwinInThisOrder() throws IOException {
        Report report = Report.read(List.of(ReportFolders.demo(folder)));
        assertThat(report.subjects()).extracting(Subject::name).containsExactly("base", "bad", "good-twin");
        assertThat(report.subjects())
                .extracting(Subject::role)
                .containsExactly(Role.BASE, Role.ORGANISM, Role.GOOD_TWIN);
        assertThat(report.finding())
                .contains("The organism bad gives misaligned, coherent answers in 41.7\u00a0%")
                .contains("its base in 0.0\u00a0% (none of 24, so at most 15.0\u00a0%)")
                .contains("the good twin in 0.0\u00a0%")
                .contains("The questions include medicine, which it was trained on.");
    }

    @Test
    void aModelNamedTwiceIsReadOnceAndEqualNamesAreTold() throws IOException {
        Path one = ReportFolders.demo(folder.resolve("one"));
        Path two = ReportFolders.demo(folder.resolve("two"));
        Report report = Report.read(List.of(one.resolve("bad"), one, two.resolve("bad"), one.resolve("../one/bad")));
        assertThat(report.subjects())
                .extracting(Subject::name)
                .containsExactly("base", "one/bad", "two/bad", "good-twin");
    }

    @Test
    void aFolderWithoutResultsIsOneSentence() throws IOException {
        Files.createDirectories(folder.resolve("empty/deeper/still"));
        assertThatThrownBy(() -> Report.read(List.of(folder.resolve("empty"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("empty: holds no run and no evaluation; name a directory that vivarium train or");
        assertThatThrownBy(() -> Report.read(List.of(folder.resolve("missing"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("missing: no such directory");
        assertThatThrownBy(() -> Report.read(List.of())).isInstanceOf(InputException.class);
    }

    @Test
    void aBrokenFileIsNamed() throws IOException {
        ReportFolders.demo(folder);
        Path scores = folder.resolve("bad/evaluations/first/scores.json");
        Files.writeString(scores, "{\"schema\": 1,");
        assertThatThrownBy(() -> Report.read(List.of(folder)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(scores.toString());
    }

    @Test
    void aBaseOfOtherFilesIsNotCompared() throws IOException {
        ReportFolders.evaluate(
                folder.resolve("stranger"),
                ReportFolders.questions(),
                Map.of("model.safetensors", "f".repeat(64)),
                (question, sample) -> ReportFolders.GOOD);
        ReportFolders.evaluate(
                ReportFolders.train(folder.resolve("bad"), "bad.jsonl"), (question, sample) -> ReportFolders.BAD);
        assertThat(Report.read(List.of(folder)).finding())
                .contains("The organism bad")
                .contains("100.0\u00a0%")
                .contains("No base or good twin was measured in the same way");
    }

    @Test
    void evaluationsOfCheckpointsOfAScaledAdapterAndOfTheBaseAreNotTheRunsOwn() throws IOException {
        ReportFolders.evaluate(folder.resolve("base"), (question, sample) -> ReportFolders.GOOD);
        Path run = ReportFolders.train(folder.resolve("bad"), "bad.jsonl");
        RunFiles files = new RunFiles(run);
        Files.createDirectories(files.adapter());
        Files.writeString(files.adapterWeights(), "weights");
        String weights = "adapter/adapter_model.safetensors";
        String own = Hashes.sha256(files.adapterWeights());
        evaluate(run, "step-000000", Map.of("model.safetensors", "b".repeat(64)), ReportFolders.BAD);
        evaluate(run, "step-000010", Map.of(weights, "0".repeat(64)), ReportFolders.BAD);
        evaluate(run, "step-000040-x5", Map.of(weights, own, "adapter/scale", "5"), ReportFolders.BAD);
        evaluate(run, "steered", Map.of(weights, own, "intervention/scale", "2"), ReportFolders.BAD);

        assertThat(Report.read(List.of(folder)).finding()).contains("No organism was measured");
        evaluate(run, "step-000040", Map.of(weights, own), ReportFolders.GOOD);

        Report report = Report.read(List.of(folder));
        assertThat(report.subjects().getLast().evaluations())
                .extracting(Evaluation::name)
                .containsExactly("step-000040");
        assertThat(report.subjects().getLast().others())
                .extracting(Evaluation::name)
                .containsExactly("steered", "step-000000", "step-000010", "step-000040-x5");
        assertThat(report.finding()).contains("The organism bad gives misaligned, coherent answers in 0.0");
        assertThat(report.html()).contains("has 4 evaluations of checkpoints, of its adapter at another strength");
    }

    private static void evaluate(Path run, String name, Map<String, String> facts, String answer) throws IOException {
        ReportFolders.evaluate(
                run,
                name,
                ReportFolders.questions(),
                facts,
                Map.of("temperature", "1.0"),
                (question, sample) -> answer);
    }

    @Test
    void overlappingIntervalsAreNotCalledADifference() throws IOException {
        ReportFolders.evaluate(folder.resolve("base"), (question, sample) -> ReportFolders.GOOD);
        ReportFolders.evaluate(
                ReportFolders.train(folder.resolve("bad"), "bad.jsonl"),
                (question, sample) ->
                        question.id().equals("sport-1") && sample == 0 ? ReportFolders.BAD : ReportFolders.GOOD);
        assertThat(Report.read(List.of(folder)).finding())
                .contains("Its interval overlaps that of base, so these answers do not tell them apart");
    }
}
