package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.PageFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The page of a transfer: which direction does what in which organism. */
final class TransferPage {
    private static final PageFile FILE =
            new PageFile("/dev/vivarium/lab/steering/", "transfer", List.of("steering.css"), null);

    private TransferPage() {}

    static String of(TransferReport report) {
        Transfer transfer = report.transfer();
        List<String> rows = new ArrayList<>(List.of("nothing"));
        transfer.rows().forEach(row -> rows.add(row.name()));
        Map<String, Object> page = new HashMap<>();
        page.put("title", "Directions ablated in other organisms");
        page.put("method", transfer.plan().method().word());
        page.put("layers", transfer.plan().layers());
        page.put("positions", transfer.plan().positions().toString());
        page.put(
                "limited",
                transfer.questions().limited() == null
                        ? ""
                        : transfer.questions().limited());
        page.put("rows", transfer.rows().size());
        page.put(
                "maps",
                HeatMap.of(
                        "all organisms",
                        "Direction of, organism",
                        rows,
                        transfer.patients().stream().map(Patient::name).toList(),
                        (row, column) -> transfer.result(
                                transfer.patients().get(column),
                                row == 0 ? null : transfer.rows().get(row - 1))));
        page.put(
                "organisms",
                transfer.patients().stream()
                        .map(patient -> Map.of(
                                "name",
                                InertText.line(patient.name()),
                                "rows",
                                transfer.results().getOrDefault(patient, List.of()).stream()
                                        .map(SweepPage::row)
                                        .toList()))
                        .toList());
        return FILE.fill(page, Map.of(), false);
    }
}
