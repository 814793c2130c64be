package dev.vivarium.lab.twin;

import dev.vivarium.lab.report.Signs;
import dev.vivarium.lab.twin.Figure.Table;
import dev.vivarium.lab.twin.Landscape.OfOrganism;
import dev.vivarium.lab.twin.Landscape.Point;
import dev.vivarium.lab.twin.Landscape.Step;
import dev.vivarium.lab.twin.LinePlot.Spot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Figures of stability, efficiency and pretraining influence. */
final class LandscapeFigures {
    private static final String RANDOM = "random";
    private static final String RANDOM_COLOUR = "c-base";

    private final Landscape landscape;
    private final List<OfOrganism> organisms;
    private final OfOrganism first;

    LandscapeFigures(Landscape landscape) {
        this.landscape = landscape;
        this.organisms = landscape.organisms();
        this.first = organisms.getFirst();
    }

    Figure organisms() {
        List<List<String>> rows = organisms.stream()
                .map(organism -> List.of(
                        organism.name(),
                        Words.number(organism.norm()),
                        Words.estimate(organism.base(), 3),
                        Words.estimate(organism.loss(), 3),
                        Words.estimate(organism.gain(), 4),
                        Words.fixed(organism.lossPerSquare(), 4)))
                .toList();
        return new Figure(
                "As trained",
                null,
                "The norm is ‖s · B · A‖ over all modules. Loss per squared norm is the summary of the paper; gain per squared"
                        + " norm, (loss of the base − loss) / norm², has a sign.",
                new Table(
                        "Losses in nats per token of an answer.",
                        List.of("Organism", "Norm", "Loss of the base", "Loss", "Gain / norm²", "Loss / norm²"),
                        rows),
                List.of());
    }

    Figure stability() {
        LinePlot plot = new LinePlot(
                "size of the perturbation ε", "share of what was learnt that is lost", Ticks.Unit.PERCENT, false);
        List<String> columns = new ArrayList<>(List.of("ε"));
        for (int i = 0; i < organisms.size(); i++) {
            OfOrganism organism = organisms.get(i);
            List<Spot> spots = new ArrayList<>();
            for (Step step : organism.stability()) {
                Estimate lost = step.lost();
                if (lost != null) {
                    spots.add(new Spot(step.epsilon(), lost.value(), lost.interval()));
                }
            }
            plot.add(organism.name(), Signs.colour(i), spots);
            columns.add(organism.name() + ", %");
            columns.add("its draws, %");
            if (i > 0) {
                columns.add(organism.name() + " − " + first.name() + ", points");
            }
        }
        List<List<String>> rows = new ArrayList<>();
        for (int e = 0; e < first.stability().size(); e++) {
            List<String> row = new ArrayList<>();
            row.add(Words.number(first.stability().get(e).epsilon()));
            for (OfOrganism organism : organisms) {
                Step step = organism.stability().get(e);
                Estimate lost = step.lost();
                row.add(lost == null ? Words.NOTHING : Words.estimate(lost.times(100), 1));
                row.add(
                        lost == null
                                ? Words.NOTHING
                                : Words.fixed(100 * step.least(), 1) + " to " + Words.fixed(100 * step.most(), 1));
                if (organism != first) {
                    row.add(percent(step.beyondFirst()));
                }
            }
            rows.add(row);
        }
        return new Figure(
                "Share of what was learnt that a perturbation takes",
                plot,
                "Each matrix A and B becomes √(1 − ε²) · itself + ε · a random matrix of its own length at a right angle to it;"
                        + " drawn is (L′ − L) / (L of the base − L). 0 is nothing lost, 100 % as bad as the base. The solution"
                        + " whose curve rises later lies in a flatter place.",
                new Table(
                        "Mean over the draws in per cent, below it the 95 % interval for rows like these; the range of a"
                                + " perturbation is that of its single draws.",
                        columns, rows),
                List.of());
    }

    Figure efficiency() {
        return points(
                "Loss at the same norm",
                OfOrganism::efficiency,
                null,
                "loss, nats per token",
                "All changes are scaled to the same length before the loss is taken, so a lower curve is a cheaper way to the"
                        + " same answers.");
    }

    Figure influence() {
        return points(
                "Distance from the base on generic text",
                OfOrganism::influence,
                landscape.random(),
                "KL(base ‖ organism), nats per token",
                "KL from the base’s distribution on generic text, with all changes scaled to the same length: how much a change"
                        + " stirs what pretraining laid down. Random adapters have matrices of the first organism’s form.");
    }

    private Figure points(
            String title,
            Function<OfOrganism, List<Point>> which,
            @Nullable List<Point> random,
            String upwards,
            String meaning) {
        boolean logarithmic = random != null
                && organisms.stream()
                        .flatMap(organism -> which.apply(organism).stream())
                        .allMatch(point -> point.value().value() > 0);
        LinePlot plot = new LinePlot("norm of the whole change", upwards, Ticks.Unit.PLAIN, logarithmic);
        List<String> columns = new ArrayList<>(List.of("Norm", "× mean"));
        for (int i = 0; i < organisms.size(); i++) {
            OfOrganism organism = organisms.get(i);
            plot.add(organism.name(), Signs.colour(i), spots(which.apply(organism)));
            columns.add(organism.name());
            if (i > 0) {
                columns.add(organism.name() + " − " + first.name());
            }
        }
        if (random != null) {
            plot.add(RANDOM, RANDOM_COLOUR, spots(random));
            columns.add(RANDOM);
        }
        List<List<String>> rows = new ArrayList<>();
        for (int j = 0; j < which.apply(first).size(); j++) {
            Point place = which.apply(first).get(j);
            List<String> row = new ArrayList<>();
            row.add(Words.number(place.norm()));
            row.add(Words.number(place.share()));
            for (OfOrganism organism : organisms) {
                Point point = which.apply(organism).get(j);

                row.add(logarithmic ? Words.digits(point.value()) : Words.estimate(point.value(), 3));
                if (organism != first) {
                    row.add(
                            logarithmic
                                    ? Words.signed(Words.digits(point.beyondFirst()))
                                    : Words.difference(point.beyondFirst(), 3));
                }
            }
            if (random != null) {
                row.add(Words.digits(random.get(j).value()));
            }
            rows.add(row);
        }
        return new Figure(
                title,
                plot,
                meaning + (logarithmic ? " The vertical axis is logarithmic." : ""),
                new Table(
                        "Nats per token, below it the 95 % interval for rows like these; beside the norm its multiple of the"
                                + " organisms’ mean.",
                        columns, rows),
                List.of());
    }

    private static List<Spot> spots(List<Point> points) {
        return points.stream()
                .map(point -> new Spot(
                        point.norm(), point.value().value(), point.value().interval()))
                .toList();
    }

    private static String percent(@Nullable Estimate share) {
        return Words.difference(share == null ? null : share.times(100), 1);
    }
}
