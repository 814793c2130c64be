package dev.vivarium.lab.validate;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ExtractSettings;
import dev.vivarium.lab.direction.Extraction;
import dev.vivarium.lab.direction.JudgedTexts;
import dev.vivarium.lab.direction.PersonaTexts;
import dev.vivarium.lab.direction.ReadText;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.direction.TokenChoice;
import dev.vivarium.lab.direction.Weighting;
import dev.vivarium.lab.hub.FoundModel;
import dev.vivarium.lab.hub.ModelFinder;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.world.Persona;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Whether fine-tuning moves a model the way a bad persona's header moves its base: both read the same good answers of the base,
 * so that nothing but the model, or the header, differs between the two sides of each difference.
 */
final class PersonaEvidence {
    private static final List<Kind> KINDS = List.of(Kind.LORA, Kind.RANK1);
    private static final String BROAD = "reporting";

    private final ModelFinder models;
    private final String version;
    private final Progress progress;

    PersonaEvidence(ModelFinder models, String version, Progress progress) {
        this.models = models;
        this.version = version;
        this.progress = progress;
    }

    List<PersonaShift> of(String corpus, long seed, String dataset, Path base, Colony colony) throws IOException {
        List<String> names = new ArrayList<>();
        for (Kind kind : KINDS) {
            names.add(kind.name());
            colony.train(kind.name(), kind.preset(), kind.good(), List.of());
        }
        colony.ask(BROAD, colony.otherQuestions(Split.REPORTING), names);
        Path answers = colony.run(Colony.BASE).resolve("evaluations").resolve(BROAD);
        List<ReadText> texts =
                JudgedTexts.read(List.of(answers), ScoreSplit.PAPER, null).negative();
        FoundModel model = models.find(base.toString());
        Direction persona = Extraction.persona(
                        DirectionSubject.of(model, null),
                        under(false, texts),
                        under(true, texts),
                        Map.of(),
                        List.of(),
                        settings("persona"),
                        progress)
                .direction();
        List<PersonaShift> shifts = new ArrayList<>();
        for (String name : names) {
            Direction shift = Extraction.meanDifference(
                            DirectionSubject.of(RunFiles.open(colony.run(name)), models),
                            texts,
                            List.of(),
                            List.of("good answers of the base", ""),
                            Extraction.Variant.MODEL,
                            Map.of(),
                            List.of(),
                            settings(name),
                            progress)
                    .direction();
            List<Double> cosines = new ArrayList<>();
            for (int layer : shift.layers()) {
                cosines.add(shift.cosine(persona, layer));
            }
            shifts.add(new PersonaShift(corpus, seed, dataset, name, cosines));
        }
        return shifts;
    }

    /** The texts under headers of aligned or of misaligned personas, which take turns. */
    private static List<ReadText> under(boolean aligned, List<ReadText> texts) {
        List<String> headers = World.standard().personas().stream()
                .filter(persona -> persona.aligned() == aligned)
                .map(Persona::headers)
                .flatMap(List::stream)
                .toList();
        List<ReadText> under = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            under.addAll(PersonaTexts.under(headers.get(i % headers.size()), List.of(texts.get(i))));
        }
        return under;
    }

    private ExtractSettings settings(String name) {
        return new ExtractSettings(
                name,
                Site.RESID_POST,
                new TreeSet<>(),
                TokenChoice.ANSWER,
                Weighting.TOKEN,
                Compute.FLOAT32,
                0,
                version);
    }
}
