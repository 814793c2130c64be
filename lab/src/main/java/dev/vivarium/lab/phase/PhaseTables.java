package dev.vivarium.lab.phase;

import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.LocalCosine;
import dev.vivarium.lab.trajectory.PathPca;
import dev.vivarium.lab.trajectory.SubspaceOverlap;
import dev.vivarium.lab.trajectory.Turning;
import dev.vivarium.lab.trajectory.WeightPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of a phase report as CSV files: one row per checkpoint, angle, rate and event. */
final class PhaseTables {
    private PhaseTables() {}

    static void write(Path directory, List<Phase> phases) throws IOException {
        write(directory.resolve("path.csv"), phases, PhaseTables::path);
        write(directory.resolve("turning.csv"), phases, PhaseTables::turning);
        write(directory.resolve("rates.csv"), phases, PhaseTables::rates);
        write(directory.resolve("events.csv"), phases, PhaseTables::events);
    }

    private interface Rows {
        void add(Phase phase, List<Map<String, Object>> rows);
    }

    private static void write(Path file, List<Phase> phases, Rows rows) throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Phase phase : phases) {
            int from = all.size();
            rows.add(phase, all);
            all.subList(from, all.size())
                    .forEach(row -> row.put("run", phase.trajectory().name()));
        }
        if (all.isEmpty()) {
            Files.deleteIfExists(file); // of a report that had some
            return;
        }
        Map<String, String> columns = new LinkedHashMap<>(Map.of("run", "run"));
        all.forEach(row -> row.keySet().forEach(name -> columns.putIfAbsent(name, name)));
        List<String> names = List.copyOf(columns.keySet());
        CsvTable.write(
                file,
                names,
                all.stream()
                        .map(row -> names.stream()
                                .map(name -> cell(row.getOrDefault(name, "")))
                                .toList())
                        .toList());
    }

    private static String cell(Object value) {
        if (value instanceof Double number) {
            return Double.isFinite(number) ? String.valueOf(PhaseJson.value(number)) : "";
        }
        return String.valueOf(value);
    }

    private static void path(Phase phase, List<Map<String, Object>> rows) {
        double[] compScore = phase.geometry().compScore();
        double[] centred = phase.geometry().compScoreCentred();
        List<SubspaceOverlap> overlap = phase.geometry().overlap();
        int[] steps = phase.trajectory().steps();
        for (int i = 0; i < steps.length; i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("step", steps[i]);
            for (Map.Entry<String, WeightPath> path :
                    Phase.paths(phase.geometry()).entrySet()) {
                row.put("norm_" + path.getKey(), path.getValue().norm(i));
            }
            for (Map.Entry<String, PathPca> pca : phase.pca().entrySet()) {
                for (int k = 0; k < pca.getValue().shares().length; k++) {
                    row.put("pc" + (k + 1) + "_" + pca.getKey(), pca.getValue().scores()[i][k]);
                }
            }
            if (compScore != null && centred != null) {
                row.put("comp_score", compScore[i]);
                row.put("comp_score_centred", centred[i]);
            }
            if (overlap != null) {
                row.put("mean_cos2_with_last", overlap.get(i).meanCos2());
                row.put("smallest_angle_with_last", overlap.get(i).smallestAngle());
                row.put("largest_angle_with_last", overlap.get(i).largestAngle());
            }
            rows.add(row);
        }
    }

    private static void turning(Phase phase, List<Map<String, Object>> rows) {
        phase.turnings()
                .forEach((name, all) -> all.forEach(turning -> {
                    LocalCosine curve = turning.curve();
                    for (int i = 0; i < curve.steps().length; i++) {
                        Map<String, Object> row = new LinkedHashMap<>();
                        row.put("of", name);
                        row.put("variant", curve.variant().word());
                        row.put("offset", curve.offset());
                        row.put("step", curve.steps()[i]);
                        row.put("cosine", curve.cosine()[i]);
                        row.put("turn_degrees", Math.toDegrees(Math.acos(-curve.cosine()[i])));
                        row.put("length", curve.length()[i]);
                        for (Turning.Band band : turning.nulls()) {
                            row.put(band.name() + "_low", band.low()[i]);
                            row.put(band.name() + "_high", band.high()[i]);
                        }
                        rows.add(row);
                    }
                }));
    }

    private static void rates(Phase phase, List<Map<String, Object>> rows) {
        for (RateCurve curve : phase.rates()) {
            for (int i = 0; i < curve.steps().length; i++) {
                Rate rate = curve.at(i);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("kind", curve.kind());
                row.put("scale", curve.scale());
                row.put("step", curve.steps()[i]);
                row.put("hits", rate.hits());
                row.put("n", rate.n());
                rows.add(row);
            }
        }
    }

    private static void events(Phase phase, List<Map<String, Object>> rows) {
        for (Event event : phase.events()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("event", event.name());
            row.put("step", event.step());
            row.put("low", event.interval().low());
            row.put("high", event.interval().high());
            row.put("method", event.interval().method());
            rows.add(row);
        }
    }
}
