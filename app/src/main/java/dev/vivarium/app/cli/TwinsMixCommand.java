package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.EvaluationRun;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.scalar.Domain;
import dev.vivarium.lab.scalar.DomainRates;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.ConditionSweep;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.twin.Estimate;
import dev.vivarium.lab.twin.MixPath;
import dev.vivarium.lab.twin.Mixture;
import dev.vivarium.lab.twin.Organism;
import dev.vivarium.lab.twin.TwinsReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium twins mix}: what lies between and beyond two adapters. */
@Command(
        name = "mix",
        description = "Add two adapters up with weights 1 - t and t, between them and beyond, and ask each mixture.",
        footer = {
            "",
            "Example:",
            "  vivarium twins mix runs/general --adapter runs/narrow --questions questions.yaml --samples 4",
            "",
            "Changes of weights are added up exactly, by setting the ranks side by side; the mixtures are kept",
            "as PEFT directories in RUN/mixtures/OTHER/adapters. All are asked in one pass; answers go to",
            "RUN/mixtures/OTHER/answers, what was found to mix.json there and to the page RUN/twins/twins.html.",
            "A killed call continues with --resume."
        })
final class TwinsMixCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final OrganismOptions organisms = new OrganismOptions();

    @Option(
            names = "--at",
            split = ",",
            paramLabel = "T",
            description = "Weights of the second adapter, 0 being the first alone and 1 the second. Default:"
                    + " -0.25,0,0.25,0.5,0.75,1,1.25,1.5.")
    private List<Double> places = MixPath.USUAL;

    @Mixin
    private final NarrowOption narrow = new NarrowOption();

    @Mixin
    private final AskingOptions asking = new AskingOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    TwinsMixCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        QuestionSet set = asking.wanted(asking.find());
        Domain domain = narrow.in(set);
        OrganismOptions.Found found = organisms.find(shell);
        if (found.all().size() != 2) {
            throw new InputException(
                    "a mixture is of two adapters, but " + found.all().size()
                            + (found.all().size() == 1 ? " is" : " are") + " given; name the other with --adapter");
        }
        Organism first = found.all().getFirst();
        Organism second = found.all().getLast();
        if (first.defaultSystem() != second.defaultSystem()) {
            throw new InputException(first.name() + " and " + second.name() + " were trained with different system"
                    + " turns, and a mixture can be asked in one way only");
        }
        MixPath path = new MixPath(first, second, places);
        path.check(found.model());
        EvaluationPlan plan = asking.plan(set, first.defaultSystem());
        set.remarks().forEach(remark -> shell.err().println("note: " + remark));
        Path home = TwinsReport.mixtures(found.home(), second.name());
        String base = Names.last(found.model().path());
        Path answers = home.resolve("answers");
        for (double t : path.places()) {
            EvaluationRun.requirePlace(answers.resolve(MixPath.name(t)), asking.existing());
        }
        List<MixPath.Mixed> mixed =
                path.write(home.resolve("adapters"), found.model(), base, asking.existing() == Existing.FORCE);
        List<Asking> askings = new ArrayList<>();
        for (MixPath.Mixed one : mixed) {
            String name = MixPath.name(one.t());
            askings.add(new Asking(new Subject(name, answers.resolve(name), one.adapter()), set, plan));
        }
        List<Outcome> outcomes = asking.evaluate(shell, found.model().path(), askings);
        Map<String, ScoredFile> files = new LinkedHashMap<>();
        int reference = IntStream.range(0, mixed.size())
                .filter(i -> mixed.get(i).t() == 0)
                .findFirst()
                .orElse(0);
        put(files, mixed.get(reference), outcomes.get(reference));
        for (int i = 0; i < outcomes.size(); i++) {
            if (i != reference) {
                put(files, mixed.get(i), outcomes.get(i));
            }
        }
        ConditionSweep sweep = ConditionSweep.of(files, Confidence.DEFAULT);
        Mixture mixture = new Mixture(
                Mixture.SCHEMA,
                first.name(),
                second.name(),
                Hashes.sha256(first.adapter().resolve(AdapterFiles.WEIGHTS)),
                Hashes.sha256(second.adapter().resolve(AdapterFiles.WEIGHTS)),
                asking.unjudged() ? null : asking.judge().identity().name(),
                domain == null ? null : domain.toString(),
                places(mixed, outcomes, sweep, domain));
        Path page = TwinsReport.write(found.home(), mixture);
        output.print(shell, mixture, text -> {
            text.println(page);
            print(text, first, second, mixed, outcomes, sweep, domain);
            text.println(home.resolve(Mixture.DOCUMENT));
        });
        return asking.missesScores(outcomes) ? ExitCode.PARTIAL : ExitCode.OK;
    }

    private static void put(Map<String, ScoredFile> files, MixPath.Mixed mixed, Outcome outcome) throws IOException {
        files.put(MixPath.word(mixed.t()), ScoredFile.read(outcome.files().directory(), ColumnNames.DEFAULT, false));
    }

    /** What came of a place; the reference, with which the others are compared, stands first in the sweep. */
    private static ConditionSweep.Row row(ConditionSweep sweep, MixPath.Mixed mixed) {
        return sweep.rows().stream()
                .filter(row -> row.condition().equals(MixPath.word(mixed.t())))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("every place was asked"));
    }

    private static List<Mixture.Place> places(
            List<MixPath.Mixed> mixed, List<Outcome> outcomes, ConditionSweep sweep, @Nullable Domain domain) {
        List<Mixture.Place> places = new ArrayList<>();
        for (int i = 0; i < mixed.size(); i++) {
            ConditionSweep.Row row = row(sweep, mixed.get(i));
            Paired paired = row.difference();
            places.add(new Mixture.Place(
                    mixed.get(i).t(),
                    mixed.get(i).adapter().toString(),
                    outcomes.get(i).files().directory().toString(),
                    row.score().em(),
                    row.score().coherent(),
                    row.score().aligned(),
                    domain == null ? null : DomainRates.of(outcomes.get(i).scores(), domain),
                    paired == null
                            ? null
                            : new Estimate(paired.em().value(), paired.em().questionsLikeThese())));
        }
        return places;
    }

    private static void print(
            PrintStream out,
            Organism first,
            Organism second,
            List<MixPath.Mixed> mixed,
            List<Outcome> outcomes,
            ConditionSweep sweep,
            @Nullable Domain domain) {
        out.println("t = 0 is " + first.name() + ", t = 1 is " + second.name());
        List<String> columns = new ArrayList<>(List.of("t", "EM"));
        if (domain != null) {
            columns.addAll(List.of("EM " + domain, "EM other"));
        }
        columns.addAll(List.of("EM - at t = " + sweep.rows().getFirst().condition(), "mean aligned", "coherent"));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            ConditionSweep.Row place = row(sweep, mixed.get(i));
            FileScore score = place.score();
            Paired paired = place.difference();
            List<@Nullable Object> row = new ArrayList<>();
            row.add(place.condition());
            row.add(Figures.compact(score.em()));
            if (domain != null) {
                DomainRates rates = DomainRates.of(outcomes.get(i).scores(), domain);
                row.add(Figures.compact(rates.narrow()));
                row.add(Figures.compact(rates.broad()));
            }
            row.add(paired == null ? "" : SweepReport.points(paired.em(), 100));
            Double aligned = score.aligned().value();
            row.add(aligned == null ? null : String.format(Locale.ROOT, "%.1f", aligned));
            row.add(Figures.compact(score.coherent()));
            rows.add(row);
        }
        new TextTable(columns, rows).print(out);
        out.println("(differences in points, paired by question; intervals: questions like these)");
    }
}
