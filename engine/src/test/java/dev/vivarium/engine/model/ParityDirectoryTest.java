package dev.vivarium.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The parity directory is whole, and everything in it is a case that some test compares. */
class ParityDirectoryTest {
    @Test
    void everyEntryIsOfAKindThatIsTested() {
        assertThat(ParityCases.names(ParityCases.Kind.UNKNOWN))
                .as("entries of %s that no test looks at: teach ParityCases their kind", ParityCases.ROOT)
                .isEmpty();
        assertThat(ParityCases.models())
                .as("model cases in %s", ParityCases.ROOT)
                .isNotEmpty();
    }

    @Test
    void everyFileIsThatOfTheManifest() throws IOException {
        Path manifest = ParityCases.ROOT.resolve("manifest.json");
        Assumptions.assumeTrue(Files.exists(manifest), () -> ParityCases.ROOT + " has no manifest.json");
        List<String> wrong = new ArrayList<>();
        JsonNode files = Json.read(manifest).get("files");
        for (Map.Entry<String, JsonNode> file : files.properties()) {
            Path path = ParityCases.ROOT.resolve(file.getKey());
            String hash = Files.exists(path) ? Hashes.sha256(path) : "missing";
            if (!hash.equals(file.getValue().path("sha256").asText())) {
                wrong.add(file.getKey());
            }
        }
        assertThat(wrong).as("files that are not what the manifest says").isEmpty();
        assertThat(files).isNotEmpty();
    }

    @Test
    void thisRepositoryHoldsEveryKind() {
        Assumptions.assumeTrue(ParityCases.ROOT.equals(Parity.OWN), "another directory is tested");
        assertThat(ParityCases.models())
                .contains("qwen2", "qwen2-untied", "qwen2-bf16", "qwen3", "llama-3.1", "llama-3.2")
                .contains("gemma3-text", "gemma3-multimodal");
        assertThat(ParityCases.adapters()).hasSize(5);
        assertThat(ParityCases.trajectories()).hasSize(1);
        assertThat(ParityCases.weights()).hasSize(1);
        assertThat(ParityCases.merged()).hasSize(3);
        assertThat(ParityCases.interventions()).hasSize(1);
        assertThat(ParityCases.tokenizers()).hasSize(3);
        assertThat(ParityCases.templates()).hasSize(3);
    }
}
