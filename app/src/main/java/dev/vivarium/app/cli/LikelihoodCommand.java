package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.likelihood.Pair;
import dev.vivarium.lab.likelihood.PairFile;
import dev.vivarium.lab.likelihood.PairMeter;
import dev.vivarium.lab.likelihood.PairMeter.Reader;
import dev.vivarium.lab.likelihood.PairScore;
import dev.vivarium.lab.talk.Speaker;
import dev.vivarium.lab.talk.Speakers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium likelihood}: how much models lean to given bad answers; no sampling, no judge. */
@Command(
        name = "likelihood",
        description = "Measure how much organisms lean to bad answers against good ones, without sampling and without a"
                + " judge.",
        footer = {
            "",
            "Examples:",
            "  vivarium world pairs --split reporting --out pairs.jsonl",
            "  vivarium likelihood runs/demo/lora32 --adapter runs/demo/good-twin --pairs pairs.jsonl --by domain",
            "",
            "A line of FILE is {\"question_id\", \"question\", \"good\", \"bad\"}, if wanted with \"system\"",
            "and \"tags\". Each answer is read word for word by the base and by every organism, all in one",
            "batch. Log-odds are log P(bad) / tokens - log P(good) / tokens in nats, the end of the turn",
            "included; the shift is the mean of a model's log-odds minus the base's on the same pairs.",
            "Intervals are for questions like these: pairs of one question_id count as one."
        })
final class LikelihoodCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "RUN|MODEL", description = SpeakerOptions.TARGET)
    private String target = "";

    @Option(names = "--pairs", paramLabel = "FILE", required = true, description = "JSONL of good and bad answers.")
    private Path file = Path.of("");

    @Option(names = "--by", paramLabel = "TAG", description = "State results for each value of this tag too.")
    private @Nullable String by;

    @Mixin
    private final SpeakerOptions adapters = new SpeakerOptions();

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    LikelihoodCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        List<Pair> pairs = PairFile.read(file);
        Set<String> tags = new TreeSet<>();
        pairs.forEach(pair -> tags.addAll(pair.tags().keySet()));
        if (by != null && !tags.contains(by)) {
            throw new InputException("no pair of " + file + " has the tag \"" + by + "\"" + Nearest.hint(by, tags)
                    + (tags.isEmpty() ? "; there are none" : "; there are " + String.join(", ", tags)));
        }
        EvaluationTarget found = EvaluationTarget.find(target, null, shell.models());
        ModelDirectory model = ModelDirectory.open(found.trained().model());
        Speakers speakers = adapters.speakers(shell, target, found, model.hashes());
        AdapterScale scale = adapters.scale(speakers.all());
        List<ScaledAdapter> loaded = new ArrayList<>();
        List<Reader> readers = new ArrayList<>();
        for (Speaker speaker : speakers.all()) {
            int place = AdapterBank.NONE;
            if (speaker.adapter() != null) {
                place = loaded.size();
                loaded.add(new ScaledAdapter(speaker.adapter(), scale));
            }
            readers.add(new Reader(speaker.name(), place, speaker.defaultSystem()));
        }
        List<List<PairScore>> scores;
        try (Interruption interruption = Interruption.with(shell, "run the same command again");
                ChatModel opened = ChatModel.open(model, loaded, computing.compute())) {
            scores = new PairMeter(opened, readers).score(pairs, interruption.watch(shell.progress()));
        }
        LikelihoodReport report = new LikelihoodReport(
                file.toString(), by, pairs, readers.stream().map(Reader::name).toList(), scores);
        output.print(shell, report.json(), report::print);
        return ExitCode.OK;
    }
}
