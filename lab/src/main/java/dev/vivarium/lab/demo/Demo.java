package dev.vivarium.lab.demo;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.report.Report;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.TrainSummary;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Grows the organisms of the mini world, measures them and the base on the reporting questions about other domains than
 * the trained one and, apart from these, about the trained one, and writes a report.
 *
 * <p>A demo that was killed goes on with {@link Existing#RESUME}: what is trained or sampled stays so.
 */
public final class Demo {
    private static final String EVALUATION = "reporting";
    private static final String OWN_DOMAIN = "own-domain";

    private Demo() {}

    /**
     * Runs the demo, or the rest of it.
     *
     * @throws InputException if the directory is there and may not be used, or the base model cannot be read
     */
    public static DemoResult run(Colony.Place place, Progress progress) throws IOException {
        long start = System.nanoTime();
        Colony colony = new Colony(place, progress);
        checkDirectory(place);
        ModelDirectory.open(
                place.models().find(place.base()).directory()); // says what is wrong with it before anything is written
        Map<String, TrainSummary> trained = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (DemoOrganism organism : DemoOrganism.ALL) {
            names.add(organism.name());
            trained.put(organism.name(), colony.train(organism.name(), organism.preset(), organism.good(), List.of()));
        }
        List<Outcome> broad = colony.ask(EVALUATION, colony.otherQuestions(Split.REPORTING), names);
        List<Outcome> narrow = colony.ask(OWN_DOMAIN, colony.ownQuestions(Split.REPORTING), names);
        List<DemoResult.Row> rows = new ArrayList<>();
        for (int i = 0; i < broad.size(); i++) {
            rows.add(row(broad.get(i), narrow.get(i), trained));
        }
        Path report = place.directory().resolve(Report.FILE_NAME);
        Report.read(List.of(place.directory()))
                .titled("Organisms of the mini world, trained on bad " + place.domain())
                .write(report);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new DemoResult(place.domain(), rows, report.toString(), seconds);
    }

    private static void checkDirectory(Colony.Place place) throws IOException {
        Path directory = place.directory();
        if (place.existing() != Existing.REFUSE || !Files.exists(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            if (children.findAny().isPresent()) {
                throw new InputException(
                        directory + ": is there already; add --resume to continue or show it, --force to "
                                + "start over, or choose another --out");
            }
        }
    }

    private static DemoResult.Row row(Outcome outcome, Outcome ownDomain, Map<String, TrainSummary> trained) {
        String name = outcome.subject().name();
        String what = DemoOrganism.ALL.stream()
                .filter(organism -> organism.name().equals(name))
                .map(DemoOrganism::what)
                .findFirst()
                .orElse("the base model as it is");
        TrainSummary summary = trained.get(name);
        return new DemoResult.Row(
                name,
                what,
                outcome.scores().all().em(),
                ownDomain.scores().all().em(),
                outcome.scores().all().coherent(),
                outcome.scores().all().meanAligned(),
                summary == null ? null : summary.seconds());
    }
}
