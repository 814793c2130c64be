package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.run.TrainedModel;
import dev.vivarium.lab.talk.Speaker;
import dev.vivarium.lab.talk.Speakers;
import dev.vivarium.lab.twin.Organism;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Several organisms of one base; a Mixin. */
final class OrganismOptions {
    @Parameters(paramLabel = "RUN|MODEL", description = "A run with an adapter, or a model for those of --adapter.")
    private String target = "";

    @Option(
            names = "--adapter",
            paramLabel = "RUN|DIR|ORG/NAME",
            description =
                    "A further organism: a run, the directory of an adapter, or one in the Hugging Face cache; may"
                            + " be given several times.")
    private List<String> adapters = new ArrayList<>();

    /**
     * Organisms and their base.
     *
     * @param all in the order in which they were named
     * @param hashes SHA-256 of the base's files
     */
    record Found(EvaluationTarget target, ModelDirectory model, List<Organism> all, Map<String, String> hashes) {
        /** Where what is found of them together is kept: the run that was named first, or one of the model's name. */
        Path home() {
            return Objects.requireNonNull(target.evaluations().getParent());
        }
    }

    /**
     * Finds them; says what of their files is not used.
     *
     * @throws InputException if there is no organism, or one of another base
     */
    Found find(Shell shell) throws IOException {
        EvaluationTarget found = EvaluationTarget.find(target, null, shell.models());
        ModelDirectory model = ModelDirectory.open(found.trained().model());
        SortedMap<String, String> hashes = model.hashes();
        Speakers speakers = new Speakers(
                found.trained().model(), Speakers.BASE, found.trained().defaultSystem(), null, hashes);
        List<String> words = new ArrayList<>(adapters);
        if (found.trained().adapter() != null) {
            words.addFirst(target);
        }
        List<Organism> all = new ArrayList<>();
        for (String word : words) {
            SpeakerOptions.add(shell, speakers, word);
        }
        for (Speaker speaker : speakers.all()) {
            Path adapter = speaker.adapter();
            if (adapter != null) {
                all.add(new Organism(speaker.name(), adapter, speaker.defaultSystem()));
                new TrainedModel(found.trained().model(), adapter)
                        .remarks()
                        .forEach(remark -> shell.err().println("note: " + remark));
            }
        }
        if (all.isEmpty()) {
            throw new InputException(target + " has no adapter; name a run with one, or give adapters with --adapter");
        }
        return new Found(found, model, all, hashes);
    }
}
