package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A transfer as files: {@code transfer.json}, {@code transfer.csv} and the page {@code transfer.html}. */
public final class TransferReport {
    /** Name of the document. */
    public static final String DOCUMENT = "transfer.json";

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
        document.put("layers", transfer.layers());
        document.put("positions", transfer.positions().toString());
        document.put("limited", transfer.questions().limited());
        document.put(
                "results",
                transfer.results().values().stream()
                        .flatMap(List::stream)
                        .map(result -> Figures.json(result, directory))
                        .toList());
        return document;
    }

    /** Columns of {@link #table}. */
    public List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("EM under"));
        transfer.patients().forEach(patient -> columns.add(patient.name()));
        return columns;
    }

    /** A row for each direction, for the command line; the first row is no direction. */
    public List<List<@Nullable Object>> table() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        List<@Nullable Object> plain = new ArrayList<>(List.of("nothing"));
        transfer.patients()
                .forEach(patient -> plain.add(
                        Figures.rate(transfer.result(patient, null).score().em())));
        rows.add(plain);
        for (Contender row : transfer.rows()) {
            List<@Nullable Object> cells = new ArrayList<>(List.of(row.name()));
            transfer.patients()
                    .forEach(patient -> cells.add(
                            Figures.rate(transfer.result(patient, row).score().em())));
            rows.add(cells);
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
