package dev.vivarium.lab.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.adapter.MergedWeights;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An organism as one Hugging Face directory: its adapter merged into the weights of its base. */
public final class MergedModel {
    private MergedModel() {}

    /**
     * Writes a model directory in one step.
     *
     * @param trained base and adapter
     * @param out must not exist
     * @param format of the weights, or null for what the base has
     * @throws InputException if there is no adapter, it is no LoRA, it was trained on another base, or {@code out} exists
     */
    public static MergedWeights.Report write(
            TrainedModel trained, Path out, @Nullable Precision format, Progress progress) throws IOException {
        Path directory = trained.adapter();
        if (directory == null) {
            throw new InputException(trained.model() + ": is a whole model already, there is nothing to merge; name an"
                    + " adapter with --adapter");
        }
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            throw new InputException(out + " exists already; choose another name or move it away");
        }
        ModelDirectory base = ModelDirectory.open(trained.model());
        TrainedOn.require(
                base.path(),
                trained.trainedOn(),
                name -> Hashes.sha256(base.path().resolve(name)),
                directory.toString(),
                "restore it, or name base and adapter yourself: vivarium merge MODEL --adapter " + directory);
        MergedWeights.check(base, directory);
        MergedWeights.Report[] report = new MergedWeights.Report[1];
        AtomicFiles.writeDirectory(out, work -> {
            ModelCopy.smallFiles(work, trained.model());
            report[0] = MergedWeights.write(work.resolve(WeightFiles.SINGLE_FILE), base, directory, format, progress);
            ObjectNode config = base.decoderConfig();
            if (format != null) {
                ModelCopy.name(config, format == Precision.BFLOAT16 ? "bfloat16" : "float32");
            }
            ModelCopy.config(work, config);
            ModelCard.merged(work, String.valueOf(out.getFileName()), trained.model(), directory);
        });
        return report[0];
    }
}
