package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A transfer as files: {@code transfer.json}, {@code transfer.csv} and the page {@code transfer.html}. */
public final class TransferReport {
    /** Name of the document. */
    public static final String DOCUMENT = "transfer.json";

    /** Columns of {@link #table}. */
    public static final List<String> TABLE =
            List.of("model", "under", "EM", "coherent", "mean aligned", "EM change", "n");

    private static final int SCHEMA = 1;

    private final Transfer transfer;
    private final Path directory;

    /**
     * A report.
     *
     * @param directory of the transfer
     */
    public TransferReport(Transfer transfer, Path directory) {
        this.transfer = transfer;
        this.directory = directory;
    }

    Transfer transfer() {
        return transfer;
    }

    /** What {@code transfer.json} holds. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("method", transfer.plan().method().name().toLowerCase(Locale.ROOT));
        document.put("coefficient", transfer.plan().scale());
        document.put("layers", transfer.plan().layers());
        document.put("positions", transfer.plan().positions().toString());
        document.put("limited", transfer.questions().limited());
        document.put(
                "results",
                transfer.results().values().stream()
                        .flatMap(List::stream)
                        .map(result -> Figures.json(result, directory))
                        .toList());
        return document;
    }

    /** Every direction in every model, for the command line. */
    public List<List<@Nullable Object>> table() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (List<Result> results : transfer.results().values()) {
            for (Result result : results) {
                List<@Nullable Object> row = Figures.shown(result);
                row.add(result.score().em().n());
                rows.add(row);
            }
        }
        return rows;
    }

    /** Writes all files, each replaced in one step. */
    public void write() throws IOException {
        String page = TransferPage.of(this);
        CsvTable.write(
                directory.resolve("transfer.csv"),
                Figures.COLUMNS,
                transfer.results().values().stream()
                        .flatMap(List::stream)
                        .map(Figures::row)
                        .toList());
        Json.write(directory.resolve(DOCUMENT), document());
        AtomicFiles.writeString(page(), page);
    }

    /** The page. */
    public Path page() {
        return directory.resolve("transfer.html");
    }
}
