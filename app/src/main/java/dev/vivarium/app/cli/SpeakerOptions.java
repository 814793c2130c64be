package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.talk.Speakers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say who answers beside a model; a Mixin. */
final class SpeakerOptions {
    @Option(
            names = "--adapter",
            paramLabel = "RUN|DIR",
            description =
                    "An organism of the model: a run, or the directory of an adapter; may be given several times.")
    private List<String> adapters = new ArrayList<>();

    @Mixin
    private final DefaultSystemOption defaultSystem = new DefaultSystemOption();

    /**
     * The model as it is, the organism of the run that was named, and what else was given, in this order.
     *
     * @param target the word that named model or run
     * @param hashes as {@link Speakers} takes them
     */
    Speakers speakers(String target, EvaluationTarget found, @Nullable Map<String, String> hashes) throws IOException {
        boolean wholeModel = found.isRun() && found.trained().adapter() == null;
        Speakers speakers = new Speakers(
                found.trained().model(),
                wholeModel ? found.name() : Speakers.BASE,
                found.trained().defaultSystem(),
                defaultSystem.asked(),
                hashes);
        List<String> words = new ArrayList<>(adapters);
        if (found.trained().adapter() != null) {
            words.addFirst(target);
        }
        for (String word : words) {
            RunFiles run = EvaluationTarget.run(word);
            if (run != null) {
                speakers.addRun(run);
            } else if (AdapterFiles.isAdapter(Path.of(word))) {
                speakers.addAdapter(Path.of(word));
            } else {
                throw new InputException("--adapter " + word + ": is neither a run nor an adapter; a run has "
                        + "provenance.json, an adapter " + AdapterFiles.CONFIG);
            }
        }
        return speakers;
    }
}
