package dev.vivarium.app.cli;

import dev.vivarium.lab.twin.Estimate;
import dev.vivarium.lab.twin.Landscape;
import dev.vivarium.lab.twin.Landscape.OfOrganism;
import dev.vivarium.lab.twin.Landscape.Point;
import dev.vivarium.lab.twin.Landscape.Step;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tables of {@code vivarium twins measure}. */
record LandscapeText(Landscape landscape) {
    void print(PrintStream out) {
        List<OfOrganism> organisms = landscape.organisms();
        List<List<@Nullable Object>> heads = new ArrayList<>();
        for (OfOrganism organism : organisms) {
            heads.add(row(
                    organism.name(),
                    String.format(Locale.ROOT, "%.4g", organism.norm()),
                    organism.base().text(3),
                    organism.loss().text(3),
                    organism.gain().text(4),
                    String.format(Locale.ROOT, "%.4f", organism.lossPerSquare())));
        }
        new TextTable(List.of("organism", "norm", "loss of the base", "loss", "gain / norm^2", "loss / norm^2"), heads)
                .print(out);
        out.println();
        out.println("stability: how much of what was learnt is lost where each matrix is turned by e; least and most of"
                + " the draws");
        stability(out);
        out.println();
        out.println("efficiency: loss with all changes at the same norm");
        points(out, OfOrganism::efficiency, null);
        if (landscape.texts() > 0) {
            out.println();
            out.println("pretraining influence: KL(base, organism) on generic text at the same norm");
            points(out, OfOrganism::influence, landscape.random());
        }
        out.println("(" + landscape.rows() + " conversations, " + landscape.texts()
                + " texts; losses and KL in nats per token; brackets: 95 % intervals for rows like these)");
    }

    private void stability(PrintStream out) {
        OfOrganism first = landscape.organisms().getFirst();
        List<String> columns = new ArrayList<>(List.of("e"));
        for (OfOrganism organism : landscape.organisms()) {
            columns.addAll(List.of(organism.name(), "its draws"));
            if (organism != first) {
                columns.add(organism.name() + " - " + first.name());
            }
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int e = 0; e < first.stability().size(); e++) {
            List<@Nullable Object> row =
                    row(String.valueOf(first.stability().get(e).epsilon()));
            for (OfOrganism organism : landscape.organisms()) {
                Step step = organism.stability().get(e);
                Estimate lost = step.lost();
                row.add(
                        lost == null
                                ? null
                                : lost.times(100)
                                        .text(1)
                                        .replaceFirst(" |$", " % ")
                                        .strip());
                row.add(
                        lost == null
                                ? null
                                : new Estimate(100 * step.least(), null).text(1) + " to "
                                        + new Estimate(100 * step.most(), null).text(1));
                if (organism != first) {
                    row.add(difference(step.beyondFirst(), 100, 1));
                }
            }
            rows.add(row);
        }
        new TextTable(columns, rows).print(out);
    }

    private void points(PrintStream out, Function<OfOrganism, List<Point>> which, @Nullable List<Point> random) {
        OfOrganism first = landscape.organisms().getFirst();
        List<String> columns = new ArrayList<>(List.of("norm"));
        for (OfOrganism organism : landscape.organisms()) {
            columns.add(organism.name());
            if (organism != first) {
                columns.add(organism.name() + " - " + first.name());
            }
        }
        if (random != null) {
            columns.add("random");
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int j = 0; j < which.apply(first).size(); j++) {
            Point place = which.apply(first).get(j);
            List<@Nullable Object> row = row(String.format(Locale.ROOT, "%.3g (x %s)", place.norm(), place.share()));
            for (OfOrganism organism : landscape.organisms()) {
                Point point = which.apply(organism).get(j);
                row.add(point.value().text(3));
                if (organism != first) {
                    row.add(difference(point.beyondFirst(), 1, 3));
                }
            }
            if (random != null) {
                row.add(random.get(j).value().text(3));
            }
            rows.add(row);
        }
        new TextTable(columns, rows).print(out);
    }

    private static @Nullable String difference(@Nullable Estimate difference, int factor, int decimals) {
        if (difference == null) {
            return null;
        }
        String text = difference.times(factor).text(decimals);
        return text.startsWith("-") ? text : "+" + text;
    }

    private static List<@Nullable Object> row(Object... cells) {
        List<@Nullable Object> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell);
        }
        return row;
    }
}
