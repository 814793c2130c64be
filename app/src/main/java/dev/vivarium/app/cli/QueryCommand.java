package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.query.QueryResult;
import dev.vivarium.lab.query.RunDatabase;
import dev.vivarium.lab.query.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium query}: SQL over every run of a folder. */
@Command(
        name = "query",
        description = "Ask all runs of a folder in SQL: answers, judgements, rates, training steps.",
        footer = {
            "",
            "Without SQL the tables and their columns are listed. The database is DuckDB, made from the files at",
            "each call; nothing on disk is changed.",
            "",
            "Examples:",
            "  vivarium query",
            "  vivarium query \"SELECT run, evaluation, em, em_low, em_high FROM rates WHERE tag = 'all'\"",
            "  vivarium query \"SELECT answer FROM scored WHERE em AND tags['domain'] = 'sport' LIMIT 5\"",
            "  vivarium query --runs runs/demo --parquet answers.parquet \"FROM scored\""
        })
final class QueryCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(arity = "0..1", paramLabel = "SQL", description = "One statement of DuckDB's SQL.")
    private @Nullable String sql;

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "Folder to look in, all the way down; may be given several times. Default: runs.")
    private List<Path> folders = new ArrayList<>();

    @Option(names = "--csv", paramLabel = "FILE", description = "Write all rows to a CSV file, texts as they are.")
    private @Nullable Path csv;

    @Option(names = "--parquet", paramLabel = "FILE", description = "Write all rows to a Parquet file.")
    private @Nullable Path parquet;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "Rows to show at most; a file gets all. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    QueryCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw new InputException("--limit must be at least 1, not " + limit);
        }
        if (sql == null && (csv != null || parquet != null)) {
            throw new InputException(
                    "--csv and --parquet write what SQL gives; add a statement, such as \"FROM scored\"");
        }
        try (RunDatabase database = RunDatabase.open(folders())) {
            if (sql == null) {
                tables(database.tables());
            } else if (csv == null && parquet == null) {
                QueryResult result = database.query(sql, limit);
                output.print(shell, document(result), out -> print(result, out));
            } else {
                export(database, sql);
            }
        }
        return ExitCode.OK;
    }

    private List<Path> folders() {
        if (!folders.isEmpty()) {
            return folders;
        }
        Path runs = Path.of("runs");
        if (!Files.isDirectory(runs)) {
            throw new InputException("there is no folder runs here; name one with --runs");
        }
        return List.of(runs);
    }

    private void export(RunDatabase database, String statement) throws IOException {
        Map<String, Object> written = new LinkedHashMap<>();
        long rows = 0;
        if (csv != null) {
            rows = database.export(statement, csv, RunDatabase.Format.CSV);
            written.put("csv", csv.toString());
        }
        if (parquet != null) {
            rows = database.export(statement, parquet, RunDatabase.Format.PARQUET);
            written.put("parquet", parquet.toString());
        }
        long count = rows;
        written.put("rows", count);
        output.print(
                shell,
                written,
                out -> written.forEach((format, file) -> {
                    if (!format.equals("rows")) {
                        out.println(file + ": " + count + (count == 1 ? " row" : " rows"));
                    }
                }));
    }

    private void tables(List<Table> tables) {
        output.print(shell, Map.of("tables", tables), out -> {
            for (Table table : tables) {
                out.printf("%s: %,d rows, each %s%n", table.name(), table.rows(), table.caption());
                for (Table.Column column : table.columns()) {
                    out.println(("  %-20s %-22s %s".formatted(column.name(), column.type(), column.meaning()))
                            .stripTrailing());
                }
            }
        });
    }

    private static Map<String, Object> document(QueryResult result) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (List<@Nullable Object> row : result.rows()) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                values.put(result.columns().get(i), row.get(i));
            }
            rows.add(values);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("columns", result.columns());
        document.put("rows", rows);
        document.put("left", result.left());
        return document;
    }

    private void print(QueryResult result, PrintStream out) {
        new TextTable(result.columns(), result.rows()).print(out);
        if (result.left() > 0) {
            shell.err().printf("%,d more rows; --limit shows more, --csv or --parquet writes all%n", result.left());
        }
    }
}
