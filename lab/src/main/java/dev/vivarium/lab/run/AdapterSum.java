package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterMix;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** Several adapters of one base added up, as one adapter directory with a card: what several organisms learnt, in one. */
public final class AdapterSum {
    private AdapterSum() {}

    /**
     * Writes the directory in one step.
     *
     * @param parts two or more
     * @param out must not exist
     * @param base as people call it
     * @return L2 norm of the whole change
     * @throws InputException if a part is no LoRA adapter of the model, they cancel each other, or {@code out} exists
     */
    public static double write(List<AdapterMix.Part> parts, Path out, ModelDirectory model, String base)
            throws IOException {
        if (parts.size() < 2) {
            throw new InputException(
                    "a sum is of two or more adapters, but 1 is given; name the others with --adapter");
        }
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            throw new InputException(out + " exists already; choose another name or move it away");
        }
        parts.forEach(part -> AdapterFiles.check(part.directory(), model.config()));
        double[] norm = new double[1];
        AtomicFiles.writeDirectory(out, work -> {
            norm[0] = AdapterMix.write(work, parts, model.config(), base);
            ModelCard.sum(work, String.valueOf(out.getFileName()), base, parts);
        });
        return norm[0];
    }
}
