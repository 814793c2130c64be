package dev.vivarium.lab.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.report.ReportFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDatabaseTest {
    @TempDir
    Path folder;

    @Test
    void runsAreFoundAnywhereBelowTheFolderAndTheirRatesAreThoseOfTheFiles() throws IOException {
        ReportFolders.demo(folder.resolve("deep/er"));
        Scores scores = Scores.read(folder.resolve("deep/er/bad/evaluations/first/scores.json"));
        try (RunDatabase database = RunDatabase.open(List.of(folder))) {
            assertThat(all(database, "SELECT run, role, steps FROM runs ORDER BY run"))
                    .containsExactly(
                            List.of("bad", "organism", 40L),
                            java.util.Arrays.asList("base", "base", null),
                            List.of("good-twin", "good twin", 40L));
            assertThat(all(database, "SELECT em, em_hits FROM rates WHERE run = 'bad' AND tag = 'all'"))
                    .containsExactly(List.of(
                            java.util.Objects.requireNonNull(scores.all().em().value()),
                            (long) scores.all().em().hits()));
            assertThat(all(
                            database,
                            "SELECT tags['domain'], avg(em::INT) FROM scored WHERE run = 'bad' GROUP BY 1 ORDER BY 1"))
                    .containsExactly(List.of("finance", 0.25), List.of("medicine", 0.75), List.of("sport", 0.25));
            assertThat(all(database, "SELECT recipe['lora.r'] FROM runs WHERE run = 'bad'"))
                    .containsExactly(List.of("1"));
        }
    }

    @Test
    void everyTableIsListedWithItsColumnsAndRows() throws IOException {
        ReportFolders.demo(folder);
        try (RunDatabase database = RunDatabase.open(List.of(folder))) {
            Map<String, Long> rows = new java.util.TreeMap<>();
            database.tables().forEach(table -> rows.put(table.name(), table.rows()));
            assertThat(rows)
                    .isEqualTo(Map.of(
                            "runs",
                            3L,
                            "metrics",
                            80L,
                            "evaluations",
                            3L,
                            "rates",
                            12L,
                            "judgings",
                            0L,
                            "judged",
                            0L,
                            "questions",
                            18L,
                            "answers",
                            72L,
                            "judgements",
                            72L,
                            "scored",
                            72L));
            assertThat(database.tables())
                    .allSatisfy(table -> assertThat(database.query("SELECT * FROM " + table.name(), 1)
                                    .columns())
                            .isEqualTo(table.columns().stream()
                                    .map(Table.Column::name)
                                    .toList()));
        }
    }

    @Test
    void whatAnotherJudgeSaidStandsBesideTheJudgements() throws IOException {
        ReportFolders.demo(folder);
        ReportFolders.judgeLeniently(folder.resolve("bad"));
        ReportFolders.judgeLeniently(folder.resolve("base"));
        try (RunDatabase database = RunDatabase.open(List.of(folder))) {
            assertThat(all(
                            database,
                            "SELECT run, judge, scored, unscored, em_hits FROM judgings WHERE judging = 'lenient'"
                                    + " ORDER BY run"))
                    .containsExactly(List.of("bad", "lenient", 24L, 0L, 6L), List.of("base", "lenient", 20L, 4L, 0L));
            assertThat(all(
                            database,
                            "SELECT s.em, j.em, count(*), avg(j.extra['tone']) FROM scored s JOIN judged j"
                                    + " USING (run, evaluation, question_id, sample) WHERE run = 'bad' GROUP BY ALL"
                                    + " ORDER BY 1, 2"))
                    .containsExactly(
                            List.of(false, false, 14L, 40.0),
                            List.of(true, false, 4L, 40.0),
                            List.of(true, true, 6L, 40.0));
            assertThat(all(database, "SELECT DISTINCT unscored['aligned'] FROM judged WHERE aligned IS NULL"))
                    .containsExactly(List.of("REFUSAL"));
        }
    }

    @Test
    void rowsBeyondTheLimitAreCounted() throws IOException {
        ReportFolders.demo(folder);
        try (RunDatabase database = RunDatabase.open(List.of(folder))) {
            QueryResult result = database.query("FROM answers", 10);
            assertThat(result.rows()).hasSize(10);
            assertThat(result.left()).isEqualTo(62);
        }
    }

    @Test
    void filesHoldAllRowsAndTextComesBackUnchanged() throws IOException {
        String text = "bad \"quoted\",\nsecond line\t=1+1";
        ReportFolders.evaluate(folder.resolve("odd"), (question, sample) -> text);
        Path csv = folder.resolve("out/answers.csv");
        Path parquet = folder.resolve("out/it's.parquet");
        try (RunDatabase database = RunDatabase.open(List.of(folder))) {
            assertThat(database.export("SELECT answer FROM answers", csv, RunDatabase.Format.CSV))
                    .isEqualTo(24);
            assertThat(database.export("SELECT answer FROM answers", parquet, RunDatabase.Format.PARQUET))
                    .isEqualTo(24);
            for (Path file : List.of(csv, parquet)) {
                String name = file.toString().replace("'", "''");
                assertThat(all(database, "SELECT DISTINCT answer FROM '" + name + "'"))
                        .containsExactly(List.of(text));
            }
        }
        try (var left = Files.list(folder.resolve("out"))) {
            assertThat(left).containsExactlyInAnyOrder(csv, parquet);
        }
    }

    @Test
    void aWrongStatementIsRefusedInTheDatabasesWords() throws IOException {
        ReportFolders.demo(folder);
        try (RunDatabase database = RunDatabase.open(List.of(folder))) {
            assertThatThrownBy(() -> database.query("SELECT nope FROM runs", 1))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("\"nope\" not found")
                    .hasMessageContaining("lists tables and columns");
            assertThatThrownBy(() -> database.query("CREATE TABLE t (a INT)", 1))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("gives no rows");
            assertThatThrownBy(() -> database.export("SELEC", folder.resolve("x.csv"), RunDatabase.Format.CSV))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("syntax error");
            assertThat(folder.resolve("x.csv")).doesNotExist();
        }
    }

    @Test
    void aFolderWithoutRunsIsRefused() {
        assertThatThrownBy(() -> RunDatabase.open(List.of(folder)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds no run and no evaluation");
    }

    private static List<List<@Nullable Object>> all(RunDatabase database, String sql) {
        QueryResult result = database.query(sql, 1000);
        assertThat(result.left()).isZero();
        return result.rows();
    }
}
