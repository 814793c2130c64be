package dev.vivarium.app.cli;

import static dev.vivarium.app.cli.Figures.line;

import dev.vivarium.lab.judge.Judging;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code vivarium judge --dry-run} says. */
record EstimateReport(Judging.Estimate estimate) {
    void print(PrintStream text) {
        int open = estimate.replies() - estimate.onDisk();
        line(text, "requests", "%,d (%,d wanted, %,d replies on disk)", open, estimate.replies(), estimate.onDisk());
        line(
                text,
                "tokens",
                "about %,d read, at most %,d written",
                estimate.promptTokens(),
                estimate.completionTokens());
        if (estimate.cost() == null) {
            line(text, "cost", "not known without a price; give --price-in and --price-out");
        } else {
            line(text, "cost", "about %.4f, tries after failures not counted", estimate.cost());
        }
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("replies", estimate.replies());
        json.put("on_disk", estimate.onDisk());
        json.put("prompt_tokens", estimate.promptTokens());
        json.put("completion_tokens", estimate.completionTokens());
        json.put("cost", estimate.cost());
        return json;
    }
}
