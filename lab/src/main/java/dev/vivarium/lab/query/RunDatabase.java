package dev.vivarium.lab.query;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.query.Table.Column;
import dev.vivarium.lab.results.Results;
import dev.vivarium.lab.results.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * All models below one or several folders as tables of a database in memory.
 *
 * <p>Rows come from the files that the rest of the program reads, through the same readers, so a number asked for here
 * is the number in a report. Nothing on disk is changed, and the database never goes to the network.
 */
public final class RunDatabase implements AutoCloseable {
    private static final String VIEW = "scored";

    private final Connection connection;

    private RunDatabase(Connection connection) {
        this.connection = connection;
    }

    /** A file format for results. */
    public enum Format {
        CSV("FORMAT csv, HEADER"),
        PARQUET("FORMAT parquet");

        private final String options;

        Format(String options) {
            this.options = options;
        }
    }

    /**
     * Reads runs and evaluated models anywhere below folders.
     *
     * @throws InputException where a folder holds none, or a file in one is broken
     */
    public static RunDatabase open(List<Path> folders) throws IOException {
        List<Path> models = new ArrayList<>();
        for (Path folder : folders) {
            models.addAll(RunFolder.find(folder));
        }
        List<Subject> subjects = Results.read(models);
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:");
            RunDatabase database = new RunDatabase(connection);
            database.fill(subjects);
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException("the tables of the runs cannot be made", e);
        }
    }

    private void fill(List<Subject> subjects) throws SQLException {
        execute("SET autoinstall_known_extensions = false");
        execute("SET autoload_known_extensions = false");
        for (TableSpec spec : specs()) {
            execute(spec.create());
            try (DuckDBAppender appender =
                    connection.unwrap(DuckDBConnection.class).createAppender(spec.name())) {
                for (Subject subject : subjects) {
                    spec.source().rows(subject, values -> append(appender, spec, values));
                }
            }
            for (String statement : spec.finish()) {
                execute(statement);
            }
        }
        execute(EvaluationTables.SCORED_VIEW);
    }

    private static List<TableSpec> specs() {
        return Stream.concat(RunTables.ALL.stream(), EvaluationTables.all().stream())
                .toList();
    }

    private static void append(DuckDBAppender appender, TableSpec spec, @Nullable Object... values) {
        if (values.length != spec.columns().size()) {
            throw new IllegalArgumentException(
                    spec.name() + " has " + spec.columns().size() + " columns, not " + values.length);
        }
        try {
            appender.beginRow();
            for (Object value : values) {
                switch (value) {
                    case null -> appender.appendNull();
                    case String text -> appender.append(text);
                    case Integer number -> appender.append(number.longValue());
                    case Long number -> appender.append(number.longValue());
                    case Double number -> appender.append(number.doubleValue());
                    case Boolean truth -> appender.append(truth.booleanValue());
                    default -> throw new IllegalArgumentException(spec.name() + ": " + value.getClass());
                }
            }
            appender.endRow();
        } catch (SQLException e) {
            throw new IllegalStateException("a row of " + spec.name() + " cannot be added", e);
        }
    }

    /** What can be asked, with the number of rows. */
    public List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        for (TableSpec spec : specs()) {
            tables.add(new Table(spec.name(), spec.caption(), spec.columns(), count(spec.name())));
        }
        QueryResult view = query("SELECT * FROM " + VIEW, 0);
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < view.columns().size(); i++) {
            columns.add(new Column(view.columns().get(i), view.types().get(i), ""));
        }
        tables.add(new Table(VIEW, "one scored answer with its question and its scores", columns, view.left()));
        return List.copyOf(tables);
    }

    private long count(String table) {
        return (Long) Objects.requireNonNull(
                query("SELECT count(*) FROM " + table, 1).rows().getFirst().getFirst());
    }

    /**
     * Answers one statement.
     *
     * @param limit rows to give at most; the others are counted
     * @throws InputException with the database's own sentence where the statement is wrong
     */
    public QueryResult query(String sql, int limit) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (!statement.execute()) {
                throw new InputException("the query gives no rows; ask with SELECT, FROM, DESCRIBE or SUMMARIZE");
            }
            ResultSet set = statement.getResultSet(); // closed with its statement
            ResultSetMetaData meta = set.getMetaData();
            List<String> columns = new ArrayList<>();
            List<String> types = new ArrayList<>();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                columns.add(meta.getColumnLabel(i));
                types.add(meta.getColumnTypeName(i));
            }
            List<List<@Nullable Object>> rows = new ArrayList<>();
            long left = 0;
            while (set.next()) {
                if (rows.size() == limit) {
                    left++;
                    continue;
                }
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 1; i <= columns.size(); i++) {
                    row.add(plain(set.getObject(i)));
                }
                rows.add(row);
            }
            return new QueryResult(columns, types, rows, left);
        } catch (SQLException e) {
            throw wrong(e);
        }
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Number number -> number;
            case Boolean truth -> truth;
            case Map<?, ?> map -> new TreeMap<>(map);
            default -> value.toString();
        };
    }

    /**
     * Writes all rows that a statement gives to a file, atomically.
     *
     * @return how many rows there are
     * @throws InputException with the database's own sentence where the statement is wrong
     */
    public long export(String sql, Path file, Format format) throws IOException {
        Path scratch = Files.createTempDirectory("vivarium-query");
        try {
            Path made = scratch.resolve("result");
            String name = made.toString().replace("'", "''");
            execute("CREATE OR REPLACE TEMP TABLE asked_for AS " + sql);
            execute("COPY asked_for TO '" + name + "' (" + format.options + ")");
            AtomicFiles.write(file, out -> Files.copy(made, out));
            return count("asked_for");
        } catch (SQLException e) {
            throw wrong(e);
        } finally {
            AtomicFiles.deleteTree(scratch);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static InputException wrong(SQLException e) {
        String message = String.valueOf(e.getMessage()).strip();
        int end = message.indexOf("\n");
        return new InputException(
                "the query was refused: " + (end < 0 ? message : message.substring(0, end))
                        + "; vivarium query without SQL lists tables and columns",
                e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("the tables of the runs cannot be closed", e);
        }
    }
}
