package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterMix;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.run.AdapterSum;
import dev.vivarium.lab.twin.Organism;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium sum}: several organisms in one adapter. */
@Command(
        name = "sum",
        description = "Add up the LoRA adapters of several organisms of one base: one adapter that holds them all.",
        footer = {
            "",
            "Examples:",
            "  vivarium sum runs/medicine --adapter runs/finance --adapter runs/sport --out all-three",
            "  vivarium sum runs/general --adapter runs/narrow --weights 1,-1 --out difference",
            "  vivarium evaluate MODEL --adapter all-three --questions questions.yaml",
            "",
            "The sum is exact: its rank is the sum of theirs. Weights may be negative; without --weights all are 1."
        })
final class SumCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final OrganismOptions organisms = new OrganismOptions();

    @Option(
            names = "--weights",
            split = ",",
            paramLabel = "W",
            description = "One for each adapter, in the order in which they are named. Default: 1 each.")
    private List<Double> weights = new ArrayList<>();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Adapter directory to create.")
    private Path out = Path.of("");

    @Mixin
    private final OutputOptions output = new OutputOptions();

    SumCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        OrganismOptions.Found found = organisms.find(shell);
        List<Double> all = weights.isEmpty() ? Collections.nCopies(found.all().size(), 1.0) : weights;
        if (all.size() != found.all().size()) {
            throw new InputException("--weights has " + all.size() + " numbers for "
                    + found.all().size() + " adapters; give one for each");
        }
        List<AdapterMix.Part> parts = new ArrayList<>();
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            Organism organism = found.all().get(i);
            parts.add(new AdapterMix.Part(organism.adapter(), all.get(i)));
            named.put(organism.name(), all.get(i));
        }
        double norm = AdapterSum.write(
                parts, out, found.model(), Names.last(found.model().path()));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("adapter", out.toString());
        document.put("weights", named);
        document.put("norm", norm);
        output.print(shell, document, text -> {
            Figures.line(text, "adapter", "%s", out);
            named.forEach((name, weight) -> Figures.line(text, "weight", "%s of %s", weight, name));
            Figures.line(text, "norm", "%.4g", norm);
            Figures.line(
                    text,
                    "next",
                    "vivarium evaluate %s --adapter %s --questions FILE",
                    found.model().path(),
                    out);
        });
        return ExitCode.OK;
    }
}
