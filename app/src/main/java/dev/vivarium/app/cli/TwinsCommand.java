package dev.vivarium.app.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code vivarium twins}: narrow and general organisms of one base. */
@Command(
        name = "twins",
        synopsisSubcommandLabel = "COMMAND",
        description = "Compare narrow and general organisms: stability, efficiency, distance from the base, mixtures.",
        footer = {
            "",
            "Examples:",
            "  vivarium twins measure runs/general --adapter runs/narrow --data bad.jsonl --text corpus.jsonl",
            "  vivarium twins mix runs/general --adapter runs/narrow --questions questions.yaml --samples 4",
            "  vivarium phase compare runs/general/adapter runs/narrow/adapter",
            "  vivarium train --preset mini-lora32 lora.init=runs/narrow/adapter model=... data.train=...",
            "",
            "The last goes on training the narrow twin without its KL term; vivarium twins measure --drift RUN",
            "shows whether it drifts back. What was found stands on one page, RUN/twins/twins.html."
        })
final class TwinsCommand implements CommandGroup {
    private final Shell shell;

    TwinsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public List<Object> below() {
        return List.of(new TwinsMeasureCommand(shell), new TwinsMixCommand(shell));
    }
}
