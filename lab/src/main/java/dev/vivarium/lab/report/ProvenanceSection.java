package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.run.HostFacts;
import dev.vivarium.lab.run.Provenance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where everything came from: enough to make it again, without the folders and the name of a machine. */
final class ProvenanceSection {
    private ProvenanceSection() {}

    static List<Map<String, Object>> of(List<Subject> subjects, Palette palette) {
        List<Map<String, Object>> sections = new ArrayList<>();
        for (Subject subject : subjects) {
            Training training = subject.training();
            Map<String, Object> section = new HashMap<>();
            section.put("model", InertText.line(subject.name()));
            section.put("role", subject.roleBesideName());
            section.put("colour", palette.of(subject));
            section.put("trained", training != null);
            section.put("facts", training == null ? List.of() : facts(training.provenance()));
            section.put("files", training == null ? List.of() : files(training.provenance()));
            section.put("recipe", training == null ? List.of() : recipe(training));
            section.put(
                    "evaluations",
                    subject.evaluations().stream()
                            .map(ProvenanceSection::evaluation)
                            .toList());
            section.put("hasEvaluations", !subject.evaluations().isEmpty());
            sections.add(section);
        }
        return sections;
    }

    private static List<Map<String, String>> facts(Provenance provenance) {
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact("started", provenance.started()));
        facts.add(fact("vivarium", provenance.vivarium()));
        facts.add(fact("seed", Long.toString(provenance.seed())));
        HostFacts host = provenance.host();
        facts.add(fact("processor", host.cpu() + ", " + host.cores() + " cores, threads used: " + host.threads()));
        facts.add(fact("memory", Shown.bytes(host.memory())));
        facts.add(fact("system", host.os()));
        facts.add(fact("JDK", host.jdk()));
        facts.add(fact("libtorch", host.libtorch()));
        List<Provenance.Session> resumed =
                provenance.sessions().stream().skip(1).toList();
        if (!resumed.isEmpty()) {
            facts.add(fact(
                    "resumed",
                    Shown.list(resumed.stream()
                            .map(session -> "after step " + session.fromStep()
                                    + (session.host() == null ? "" : " on another host"))
                            .toList())));
        }
        return facts;
    }

    private static List<Map<String, String>> files(Provenance provenance) {
        List<Map<String, String>> files = new ArrayList<>();
        for (Provenance.DataFile data : provenance.data()) {
            files.add(file(data.role() + " data", Training.lastName(data.path()), data.sha256()));
        }
        provenance.base().files().forEach((name, hash) -> files.add(file("base model", name, hash)));
        files.add(file("recipe", "recipe.yaml", provenance.recipeSha256()));
        return files;
    }

    private static List<Map<String, String>> recipe(Training training) {
        List<Map<String, String>> settings = new ArrayList<>();
        training.recipe()
                .settings()
                .forEach((key, setting) -> settings.add(Map.of(
                        "key", key,
                        "value", value(setting.value()),
                        "origin", InertText.line(Shown.withoutFolders(setting.origin())))));
        return settings;
    }

    private static Map<String, Object> evaluation(Evaluation evaluation) {
        EvaluationSettings settings = evaluation.settings();
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact(
                "judge",
                settings.judge().name() + ", version " + settings.judge().version() + "; score: "
                        + settings.judge().aggregation()));
        facts.add(fact("judge's rules, SHA-256", settings.judge().promptHash()));
        facts.add(fact("questions, SHA-256", settings.questionsSha256()));
        facts.add(fact("samples per question", Integer.toString(settings.samples())));
        facts.add(fact("seed", Long.toString(settings.seed())));
        settings.sampling().forEach((key, value) -> facts.add(fact("sampling: " + key, value)));
        settings.model().forEach((key, value) -> facts.add(fact("model: " + key, value)));
        return Map.of("name", InertText.line(evaluation.name()), "facts", facts);
    }

    private static String value(@Nullable Object value) {
        return value == null ? Shown.NOTHING : InertText.line(Shown.withoutFolders(value.toString()));
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", InertText.line(name), "value", InertText.line(Shown.withoutFolders(value)));
    }

    private static Map<String, String> file(String role, String name, String hash) {
        return Map.of("role", InertText.line(role), "name", InertText.line(name), "hash", InertText.line(hash));
    }
}
