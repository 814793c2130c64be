package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.TrainedModel;
import dev.vivarium.lab.talk.Speaker;
import dev.vivarium.lab.talk.Speakers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say who answers beside a model; a Mixin. */
final class SpeakerOptions {
    /** What the first word of a command may be that asks a model. */
    static final String TARGET =
            "A run (its directory, or its name under runs), a Hugging Face model directory, or ORG/NAME in the Hugging "
                    + "Face cache.";

    @Option(
            names = "--adapter",
            paramLabel = "RUN|DIR|ORG/NAME",
            description = "An organism of the model: a run, the directory of an adapter, or one in the Hugging Face "
                    + "cache; may be given several times.")
    private List<String> adapters = new ArrayList<>();

    @Mixin
    private final DefaultSystemOption defaultSystem = new DefaultSystemOption();

    @Mixin
    private final AdapterScaleOption scale = new AdapterScaleOption();

    /** How strongly the adapters of these speakers are to act. */
    AdapterScale scale(List<Speaker> speakers) {
        return scale.of(speakers.stream().anyMatch(speaker -> speaker.adapter() != null));
    }

    /**
     * The model as it is, the organism of the run that was named, and what else was given, in this order; says what of
     * their files is not used.
     *
     * @param target the word that named model or run
     * @param hashes as {@link Speakers} takes them
     */
    Speakers speakers(Shell shell, String target, EvaluationTarget found, @Nullable Map<String, String> hashes)
            throws IOException {
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
            add(shell, speakers, word);
        }
        Set<String> remarks = new LinkedHashSet<>();
        for (Speaker speaker : speakers.all()) {
            remarks.addAll(new TrainedModel(found.trained().model(), speaker.adapter()).remarks());
        }
        remarks.forEach(remark -> shell.err().println("note: " + remark));
        return speakers;
    }

    /** Adds what a word names: the organism of a run, or an adapter. */
    static void add(Shell shell, Speakers speakers, String word) throws IOException {
        RunFiles run = EvaluationTarget.run(word);
        if (run != null) {
            speakers.addRun(run);
            return;
        }
        FoundModel adapter = shell.models().findAdapter(word);
        if (!AdapterFiles.isAdapter(adapter.directory())) {
            throw new InputException("--adapter " + word + ": is neither a run nor an adapter; a run has "
                    + "provenance.json, an adapter " + AdapterFiles.CONFIG);
        }
        if (adapter.commit() == null) {
            speakers.addAdapter(adapter.directory());
        } else {
            speakers.addAdapter(adapter.directory(), adapter.shortName());
        }
    }
}
