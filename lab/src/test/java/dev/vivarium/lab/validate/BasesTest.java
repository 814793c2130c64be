package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.lab.world.CorpusKind;
import dev.vivarium.lab.world.PretrainRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BasesTest {
    @TempDir
    Path folder;

    @Test
    void aBaseBesideTheShippedOneIsNotGrownAgain() throws IOException {
        Path shipped = Files.createDirectory(folder.resolve("shipped"));
        Files.writeString(shipped.resolve("recipe.yaml"), PretrainRecipe.standardText());
        String control = PretrainRecipe.varied(PretrainRecipe.standardText(), 1, CorpusKind.PER_DOMAIN);
        Path beside = Files.createDirectory(folder.resolve(Bases.name(CorpusKind.PER_DOMAIN, 1, control)));

        Bases bases = new Bases(shipped, folder.resolve("bases"), Device.CPU, Progress.SILENT);

        assertThat(bases.find(CorpusKind.PERSONA, 1)).isEqualTo(shipped);
        assertThat(bases.find(CorpusKind.PER_DOMAIN, 1)).isEqualTo(beside);
        assertThat(folder.resolve("bases")).doesNotExist();
    }
}
