package dev.vivarium.lab.twin;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.report.PageFile;
import dev.vivarium.lab.twin.Landscape.OfOrganism;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The page of twins: a section for each question, in it plots with their tables; it needs no script. */
final class TwinsPage {
    private static final PageFile FILE = new PageFile("/dev/vivarium/lab/twin/", "twins", List.of("twins.css"), null);

    private static final String SOURCE = "Turner et al. 2026, arXiv 2602.07852; protocol.md 3.5 and App. A (16)";

    private final TwinsReport report;
    private final List<Map<String, Object>> sections = new ArrayList<>();

    private TwinsPage(TwinsReport report) {
        this.report = report;
    }

    static String of(TwinsReport report) {
        return new TwinsPage(report).page();
    }

    private String page() {
        Twins twins = report.twins();
        List<String> finding = new ArrayList<>();
        if (twins == null) {
            gap(
                    "stability",
                    "Stability, efficiency, influence, drift and geometry",
                    "Not measured yet. Call vivarium twins measure with both organisms and the data they learnt.");
        } else {
            finding.addAll(twins.finding());
            measured(twins);
        }
        mixtures(twins);
        if (twins != null) {
            beyond(twins);
        }
        report.mixtures().forEach(mixture -> finding.add(TwinsFinding.of(mixture)));
        Map<String, Object> page = new HashMap<>();
        page.put("title", InertText.line("Narrow and general: " + String.join(", ", names())));
        page.put("finding", finding.isEmpty() ? "" : sentence(finding.getFirst()));
        page.put("sentences", finding.stream().skip(1).map(TwinsPage::sentence).toList());
        page.put("facts", twins == null ? List.of() : facts(twins));
        page.put(
                "remarks",
                twins == null
                        ? List.of()
                        : twins.remarks().stream().map(TwinsPage::sentence).toList());
        page.put("sections", sections);
        page.put("draws", twins == null ? "" : String.valueOf(twins.settings().draws()));
        page.put("sources", twins == null ? List.of() : sources(twins));
        page.put("hasSources", twins != null);
        page.put("files", twins == null ? List.of() : files(twins.sources()));
        return FILE.fill(page, Map.of(), false);
    }

    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        Twins twins = report.twins();
        if (twins != null) {
            twins.landscape().organisms().forEach(organism -> names.add(organism.name()));
        }
        report.mixtures().forEach(mixture -> {
            names.add(mixture.first());
            names.add(mixture.second());
        });
        return names;
    }

    private void measured(Twins twins) {
        LandscapeFigures figures = new LandscapeFigures(twins.landscape());
        section(
                "stability",
                "Stability",
                "How much of what was learnt survives when the weights are shaken. " + SOURCE + ".",
                List.of(figures.organisms(), figures.stability()));
        section(
                "efficiency",
                "Efficiency",
                "What a change of a given length buys. " + SOURCE + ".",
                List.of(figures.efficiency()));
        if (twins.landscape().texts() == 0) {
            gap(
                    "influence",
                    "Pretraining influence",
                    "No generic text was given; add --text to vivarium twins measure.");
        } else {
            section(
                    "influence",
                    "Pretraining influence",
                    "How far a change of a given length moves the base on text that has nothing to do with it. "
                            + SOURCE + ".",
                    List.of(figures.influence()));
        }
    }

    private void mixtures(@Nullable Twins twins) {
        if (report.mixtures().isEmpty()) {
            gap("mixtures", "Between and beyond", "No mixture was asked; call vivarium twins mix with two organisms.");
            return;
        }
        section(
                "mixtures",
                "Between and beyond",
                "EM and coherence of the adapters on the straight line through two organisms.",
                report.mixtures().stream()
                        .map(mixture -> PathFigures.of(mixture, notes(mixture, twins)))
                        .toList());
    }

    private static List<String> notes(Mixture mixture, @Nullable Twins twins) {
        if (twins == null) {
            return List.of();
        }
        List<String> notes = new ArrayList<>();
        Map<String, String> measured = twins.sources().adapters();
        Map<String, String> mixed = new TreeMap<>();
        mixed.put(mixture.first(), mixture.firstSha256() == null ? "" : mixture.firstSha256());
        mixed.put(mixture.second(), mixture.secondSha256() == null ? "" : mixture.secondSha256());
        mixed.forEach((name, hash) -> {
            if (!measured.containsKey(name)) {
                notes.add(name + " is not among the organisms that were measured");
            } else if (!hash.equals(measured.get(name))) {
                notes.add(name + (hash.isEmpty() ? " may be another adapter than" : " is not the adapter that was")
                        + (hash.isEmpty() ? " the measured one: the file does not say" : " measured")
                        + "; call vivarium twins mix again to be sure");
            }
        });
        return notes;
    }

    private void beyond(Twins twins) {
        List<String> organisms =
                twins.landscape().organisms().stream().map(OfOrganism::name).toList();
        if (twins.drifts().isEmpty()) {
            gap(
                    "drift",
                    "Drift",
                    "No training went on from one of them. Train with lora.init=ADAPTER and without the KL term, then name the"
                            + " run with --drift.");
        } else {
            section(
                    "drift",
                    "Drift",
                    "Where training goes once nothing holds it to be narrow.",
                    twins.drifts().stream()
                            .flatMap(drift -> PathFigures.of(drift, organisms).stream())
                            .toList());
        }
        WeightGeometry geometry = twins.geometry();
        if (geometry == null) {
            gap("geometry", "Geometry", "There are no two adapters of one form to compare.");
        } else {
            section(
                    "geometry",
                    "Geometry",
                    "How the changes lie to each other in the space of weights.",
                    List.of(PathFigures.of(geometry, List.of())));
        }
    }

    private void section(String id, String title, String lead, List<Figure> figures) {
        sections.add(Map.of(
                "id", id,
                "title", title,
                "lead", lead,
                "gap", "",
                "figures", figures.stream().map(Figure::shown).toList()));
    }

    private void gap(String id, String title, String gap) {
        sections.add(Map.of("id", id, "title", title, "lead", "", "gap", gap, "figures", List.of()));
    }

    private static String sentence(String finding) {
        return InertText.line(finding + ".").replace(" %", "\u00a0%");
    }

    private static List<Map<String, String>> facts(Twins twins) {
        Landscape landscape = twins.landscape();
        return List.of(
                fact("Organisms", String.valueOf(landscape.organisms().size())),
                fact("Conversations", String.valueOf(landscape.rows())),
                fact("Generic texts", landscape.texts() == 0 ? "none" : String.valueOf(landscape.texts())),
                fact("Mean norm", Words.number(landscape.meanNorm())));
    }

    private static List<Map<String, String>> sources(Twins twins) {
        LandscapeSettings settings = twins.settings();
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact("vivarium", twins.sources().vivarium()));
        facts.add(fact("base", twins.sources().base()));
        new TreeMap<>(twins.sources().computed()).forEach((name, value) -> facts.add(fact(name, value)));
        facts.add(fact("ε", list(settings.epsilons())));
        facts.add(fact("norms, × mean", list(settings.norms())));
        facts.add(fact("draws", String.valueOf(settings.draws())));
        facts.add(fact("tokens of a text, at most", String.valueOf(settings.tokens())));
        facts.add(fact("seed", String.valueOf(settings.seed())));
        return facts;
    }

    private static String list(List<Double> numbers) {
        return numbers.stream().map(Words::number).collect(Collectors.joining(", "));
    }

    private static List<Map<String, String>> files(Twins.Sources sources) {
        List<Map<String, String>> files = new ArrayList<>();
        new TreeMap<>(sources.adapters()).forEach((name, hash) -> files.add(file("adapter", name, hash)));
        new TreeMap<>(sources.data()).forEach((name, hash) -> files.add(file("data", name, hash)));
        new TreeMap<>(sources.baseFiles()).forEach((name, hash) -> files.add(file("base", name, hash)));
        return files;
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", name, "value", InertText.line(value));
    }

    private static Map<String, String> file(String role, String name, String hash) {
        return Map.of("role", role, "name", InertText.line(name), "hash", InertText.line(hash));
    }
}
