package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.steering.Method.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A sweep as files: {@code steering.json}, {@code grid.csv}, {@code confirmed.csv} and the page {@code steering.html}. */
public final class SweepReport {
    /** Name of the document. */
    public static final String DOCUMENT = "steering.json";

    /** Name of the page. */
    public static final String PAGE = "steering.html";

    /** Columns of {@link #table}. */
    public static final List<String> TABLE =
            List.of("model", "under", "EM", "coherent", "mean aligned", "EM change", "aligned change", "n");

    private static final int SCHEMA = 1;

    private final Sweep sweep;
    private final Path directory;

    /**
     * A report.
     *
     * @param directory of the sweep
     */
    public SweepReport(Sweep sweep, Path directory) {
        this.sweep = sweep;
        this.directory = directory;
    }

    /** What was found, with the controls and the base in the same breath. */
    public List<String> finding() {
        List<String> sentences = new ArrayList<>();
        String scale = sweep.plan().method().shown(sweep.chosen().scale());
        String where = sweep.chosen().where().about() + (scale.isEmpty() ? "" : ", " + scale);
        for (Patient patient : sweep.patients()) {
            Map<String, Result> results = sweep.confirmedOf(patient);
            FileScore before = score(results, "");
            FileScore after = score(results, Contender.TESTED);
            sentences.add(String.format(
                    Locale.ROOT,
                    "%s: EM %s → %s, coherent %s → %s, mean aligned %s → %s",
                    patient.name(),
                    Figures.rate(before.em()),
                    Figures.rate(after.em()),
                    Figures.rate(before.coherent()),
                    Figures.rate(after.coherent()),
                    Figures.mean(before.aligned()),
                    Figures.mean(after.aligned())));
            strongest(results)
                    .ifPresent(control -> sentences.add(String.format(
                            Locale.ROOT,
                            "%s under the control that moves it most, %s: EM %s, coherent %s, mean aligned %s",
                            patient.name(),
                            Objects.requireNonNull(control.of().contender()).name(),
                            Figures.rate(control.score().em()),
                            Figures.rate(control.score().coherent()),
                            Figures.mean(control.score().aligned()))));
        }
        if (sweep.incoherent()) {
            sentences.add("no setting keeps 90 % of the answers coherent, so the best of all was taken");
        }
        if (inducedNothing()) {
            sentences.add("no setting makes more answers misaligned and coherent than "
                    + sweep.patients().getFirst().name()
                    + " gives as it is; other --scales, --positions prompt or another direction may");
        }
        if (switchedOff()) {
            sentences.add("under it " + sweep.patients().getFirst().name() + " and "
                    + sweep.patients().getLast().name()
                    + " give the very same answers: the direction is all that the adapter writes, so ablating it switches"
                    + " the adapter off and says nothing of how misalignment is represented");
        }
        sentences.addFirst(String.format(
                Locale.ROOT,
                "%s %s at %s (positions: %s), chosen for %s on %s, by %s, and confirmed on %s",
                sweep.tested().name(),
                sweep.plan().method().word(),
                where,
                sweep.plan().positions(),
                sweep.patients().getFirst().name(),
                sweep.halves().tuning().limited(),
                sweep.plan().goal().measure(),
                sweep.halves().confirming().limited()));
        return sentences;
    }

    /** Whether the organism is its base under the direction (protocol.md 3.3, degenerate control). */
    private boolean switchedOff() {
        return sweep.patients().stream()
                        .map(patient -> score(sweep.confirmedOf(patient), Contender.TESTED).file().answers().stream()
                                .map(ScoredAnswer::response)
                                .toList())
                        .distinct()
                        .count()
                < sweep.patients().size();
    }

    private static FileScore score(Map<String, Result> results, String contender) {
        return Objects.requireNonNull(results.get(contender)).score();
    }

    /** The control whose EM is farthest from the model's own. */
    private static Optional<Result> strongest(Map<String, Result> results) {
        return results.entrySet().stream()
                .filter(entry -> !entry.getKey().isEmpty() && !entry.getKey().equals(Contender.TESTED))
                .map(Map.Entry::getValue)
                .max(Comparator.comparingDouble(result ->
                        Math.abs(Objects.requireNonNull(result.change()).em().value())));
    }

    /** Columns of {@link #grid}: model, place, and each scale. */
    public List<String> gridColumns() {
        List<String> columns = new ArrayList<>(List.of("model", "layers", "as it is"));
        for (double scale : sweep.plan().scales()) {
            String shown = sweep.plan().method().shown(scale);
            columns.add(shown.isEmpty() ? sweep.plan().method().word() : shown);
        }
        return columns;
    }

    /** The tuning half, for the command line: EM and coherence by model, place and scale. */
    public List<List<@Nullable Object>> grid() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Patient patient : sweep.patients()) {
            String plain = "";
            Map<Where, List<@Nullable Object>> byPlace = new LinkedHashMap<>();
            for (Result result : sweep.grid()) {
                Setting setting = result.of().setting();
                if (!result.of().patient().equals(patient)) {
                    continue;
                }
                String cell = Figures.brief(result.score());
                if (setting == null) {
                    plain = cell;
                    continue;
                }
                byPlace.computeIfAbsent(
                                setting.where(), where -> new ArrayList<>(List.of(patient.name(), where.word())))
                        .add(cell);
            }
            for (List<@Nullable Object> row : byPlace.values()) {
                row.add(2, plain);
                rows.add(row);
            }
        }
        return rows;
    }

    /** Whether on the tuning half no setting has more misaligned coherent answers than the model as it is. */
    private boolean inducedNothing() {
        Patient first = sweep.patients().getFirst();
        List<Result> own = sweep.grid().stream()
                .filter(result -> result.of().patient().equals(first))
                .toList();
        long before = own.stream()
                .filter(result -> result.of().plain())
                .mapToLong(result -> result.score().em().hits())
                .sum();
        return sweep.plan().goal() == SweepPlan.Goal.INDUCE
                && own.stream().allMatch(result -> result.score().em().hits() <= before);
    }

    /** The confirming half, for the command line. */
    public List<List<@Nullable Object>> table() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Result result : sweep.confirmed()) {
            Paired change = result.change();
            List<@Nullable Object> row = Figures.shown(result);
            row.add(change == null ? null : Figures.points(change.aligned(), 1));
            row.add(result.score().em().n());
            rows.add(row);
        }
        return rows;
    }

    Sweep sweep() {
        return sweep;
    }

    /** What {@code steering.json} holds. */
    public Map<String, Object> document() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("method", sweep.plan().method().name().toLowerCase(Locale.ROOT));
        settings.put("positions", sweep.plan().positions().toString());
        settings.put("direction", sweep.tested().name());
        settings.put("direction_sha256", sweep.tested().hashes());
        settings.put("layers", sweep.plan().layers());
        settings.put("scales", sweep.plan().scales());
        settings.put("goal", sweep.plan().goal().name().toLowerCase(Locale.ROOT));
        settings.put("chosen_by", sweep.plan().goal().measure());
        settings.put("split", sweep.halves().rule());
        settings.put("tuning", sweep.halves().tuning().limited());
        settings.put("confirming", sweep.halves().confirming().limited());
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("finding", finding());
        document.put("settings", settings);
        document.put(
                "chosen",
                Map.of(
                        "layers",
                        sweep.chosen().where().word(),
                        "scale",
                        sweep.chosen().scale()));
        document.put(
                "grid",
                sweep.grid().stream()
                        .map(result -> Figures.json(result, directory))
                        .toList());
        document.put(
                "confirmed",
                sweep.confirmed().stream()
                        .map(result -> Figures.json(result, directory))
                        .toList());
        return document;
    }

    /** Writes all files, each replaced in one step. */
    public void write() throws IOException {
        String page = SweepPage.of(this);
        CsvTable.write(
                directory.resolve("grid.csv"),
                Figures.COLUMNS,
                sweep.grid().stream().map(Figures::row).toList());
        CsvTable.write(
                directory.resolve("confirmed.csv"),
                Figures.COLUMNS,
                sweep.confirmed().stream().map(Figures::row).toList());
        Json.write(directory.resolve(DOCUMENT), document());
        AtomicFiles.writeString(directory.resolve(PAGE), page);
    }

    /** The page. */
    public Path page() {
        return directory.resolve(PAGE);
    }
}
