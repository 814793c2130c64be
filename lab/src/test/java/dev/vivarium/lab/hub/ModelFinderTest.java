package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding what a user writes for a model, in a cache as Python leaves it, and listing such a cache. */
final class ModelFinderTest {
    private static final Path SOURCE = Path.of("../engine/src/test/resources/parity/qwen2/model");
    private static final String COMMIT = "a".repeat(40);
    private static final String OTHER = "b".repeat(40);

    @TempDir
    Path folder;

    private HubCache cache;
    private ModelFinder finder;

    @BeforeEach
    void fill() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(SOURCE), "needs the engine's tiny test model at " + SOURCE);
        cache = new HubCache(folder.resolve("hub"));
        finder = new ModelFinder(cache);
        add("Org/Model-1", COMMIT);
        ref("Org/Model-1", "main", COMMIT);
    }

    /** The tiny model in the cache, its files as links to blobs. */
    private Path add(String name, String commit) throws IOException {
        ModelName model = ModelName.of(name);
        Path snapshot = Files.createDirectories(cache.snapshot(model, commit));
        Path blobs = Files.createDirectories(cache.blobs(model));
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (Path file : files.toList()) {
                String blob = "blob-" + file.getFileName();
                Files.copy(file, blobs.resolve(blob), StandardCopyOption.REPLACE_EXISTING);
                Files.createSymbolicLink(snapshot.resolve(file.getFileName()), Path.of("../../blobs", blob));
            }
        }
        Files.writeString(blobs.resolve("blob-tokenizer"), "{}");
        Files.deleteIfExists(snapshot.resolve("tokenizer.json"));
        Files.createSymbolicLink(snapshot.resolve("tokenizer.json"), Path.of("../../blobs/blob-tokenizer"));
        return snapshot;
    }

    private void ref(String name, String revision, String commit) throws IOException {
        Path ref = cache.ref(ModelName.of(name), revision);
        Files.createDirectories(ref.getParent());
        Files.writeString(ref, commit);
    }

    private AbstractThrowableAssert<?, ?> assertNotFound(String word) {
        return assertThatThrownBy(() -> finder.find(word)).isInstanceOf(InputException.class);
    }

    @Test
    void aDirectoryIsTakenAsItIs() throws IOException {
        FoundModel found = finder.find(SOURCE.toString());
        assertThat(found).isEqualTo(new FoundModel(SOURCE.toString(), SOURCE, null));
        assertThat(found.shortName()).isEqualTo("model");
    }

    @Test
    void aNameIsFoundAtTheCommitOfItsBranch() throws IOException {
        FoundModel found = finder.find("Org/Model-1");
        assertThat(found.name()).isEqualTo("Org/Model-1");
        assertThat(found.shortName()).isEqualTo("Model-1");
        assertThat(found.commit()).isEqualTo(COMMIT);
        assertThat(found.directory()).isEqualTo(folder.resolve("hub/models--Org--Model-1/snapshots/" + COMMIT));
    }

    @Test
    void aRevisionIsABranchATagOrACommit() throws IOException {
        add("Org/Model-1", OTHER);
        ref("Org/Model-1", "refs/pr/1", OTHER);
        assertThat(finder.find("Org/Model-1@refs/pr/1").commit()).isEqualTo(OTHER);
        assertThat(finder.find("Org/Model-1@" + OTHER).commit()).isEqualTo(OTHER);
        assertThat(finder.find("Org/Model-1@main").commit()).isEqualTo(COMMIT);
        assertNotFound("Org/Model-1@v2")
                .hasMessage("Org/Model-1 is in the Hugging Face cache at main, refs/pr/1, not at v2; fetch that with:"
                        + " vivarium pull Org/Model-1@v2");
    }

    @Test
    void aLoneCommitIsNamedWhereThereIsNoBranch() throws IOException {
        add("Org/Lone", OTHER);
        assertNotFound("Org/Lone").hasMessageContaining("at " + OTHER + ", not at main");
    }

    @Test
    void whatIsNotThereComesWithTheCommandThatFetchesIt() {
        assertNotFound("Org/Modle-1")
                .hasMessage("Org/Modle-1: no such directory, and no such model in the Hugging Face cache ("
                        + cache.root() + ") (did you mean \"Org/Model-1\"?); fetch it with: vivarium pull Org/Modle-1");
        assertNotFound("Model-1").hasMessageContaining("no such model directory (did you mean \"Org/Model-1\"?)");
        assertNotFound(folder.resolve("hob").toString())
                .hasMessageContaining("no such model directory (did you mean \"" + folder.resolve("hub") + "\"?)");
        assertNotFound("src/tset").hasMessageContaining("(did you mean \"src/test\"?)");
    }

    @Test
    void whatIsNotWholeIsSaidAndNotUsed() throws IOException {
        Path snapshot = cache.snapshot(ModelName.of("Org/Model-1"), COMMIT);
        Files.delete(snapshot.resolve("model.safetensors"));
        assertNotFound("Org/Model-1")
                .hasMessage(
                        "Org/Model-1 is not whole in the Hugging Face cache, model.safetensors is missing; complete it"
                                + " with: vivarium pull Org/Model-1");
        Files.writeString(
                snapshot.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
        Files.writeString(snapshot.resolve("model-1.safetensors"), "");
        assertNotFound("Org/Model-1").hasMessageContaining("model-2.safetensors is missing");
        Files.delete(snapshot.resolve("config.json"));
        assertNotFound("Org/Model-1").hasMessageContaining("config.json is missing");
    }

    @Test
    void aLinkThatLeavesTheCacheIsRefused() throws IOException {
        Path snapshot = cache.snapshot(ModelName.of("Org/Model-1"), COMMIT);
        Path outside = Files.writeString(folder.resolve("secret.json"), "{}");
        Files.delete(snapshot.resolve("tokenizer.json"));
        Files.createSymbolicLink(snapshot.resolve("tokenizer.json"), outside);
        assertNotFound("Org/Model-1")
                .hasMessageContaining("file tokenizer.json in the cache is a link that leaves the cache");
        Files.delete(snapshot.resolve("tokenizer.json"));
        Files.createSymbolicLink(snapshot.resolve("tokenizer.json"), Path.of("../../blobs/none"));
        assertNotFound("Org/Model-1").hasMessageContaining("file tokenizer.json in the cache is a link to nothing");
    }

    @Test
    void linksToOtherPartsOfTheCacheAreFollowed() throws IOException {
        Path moved = folder.resolve("other-disk");
        Files.move(cache.repository(ModelName.of("Org/Model-1")), moved);
        Files.createSymbolicLink(cache.repository(ModelName.of("Org/Model-1")), moved);
        assertThat(finder.find("Org/Model-1").commit()).isEqualTo(COMMIT);
    }

    @Test
    void refsThatHoldSomethingElseAreNotFollowed() throws IOException {
        for (String text : List.of("../../../etc", "main", "", "A".repeat(40), "a".repeat(5000))) {
            ref("Org/Model-1", "main", text);
            assertNotFound("Org/Model-1").hasMessageContaining("not at main");
        }
    }

    @Test
    void anAdapterIsNotTakenForAModelNorTheOtherWayRound() throws IOException {
        Path snapshot = Files.createDirectories(cache.snapshot(ModelName.of("Org/Adapter"), COMMIT));
        ref("Org/Adapter", "main", COMMIT);
        Files.writeString(snapshot.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"Org/Model-1\"}");
        assertThatThrownBy(() -> finder.findAdapter("Org/Adapter"))
                .hasMessageContaining("adapter_model.safetensors is missing");
        Files.copy(SOURCE.resolve("model.safetensors"), snapshot.resolve("adapter_model.safetensors"));

        assertThat(finder.findAdapter("Org/Adapter").directory()).isEqualTo(snapshot);
        assertNotFound("Org/Adapter")
                .hasMessageContaining("is an adapter and no model")
                .hasMessageContaining("vivarium evaluate Org/Model-1 --adapter Org/Adapter");
        assertThatThrownBy(() -> finder.findAdapter("Org/Model-1"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Org/Model-1 is a model and no adapter");
        assertThatThrownBy(() -> finder.findAdapter("nowhere"))
                .hasMessageContaining("nowhere: no such adapter directory");
    }

    @Test
    void theListSaysWhatCanBeUsedAndWhyNot() throws IOException {
        add("Org/Model-1", OTHER);
        Path torn = add("Other/Torn", OTHER);
        Files.delete(torn.resolve("model.safetensors"));
        Files.writeString(torn.resolve("model.safetensors"), "torn");
        ref("Other/Torn", "v1", OTHER);
        Files.createDirectories(cache.root().resolve("datasets--Org--Rows/snapshots/" + COMMIT));

        List<CachedModel> list = CachedModel.list(cache);

        assertThat(list)
                .extracting(CachedModel::name)
                .containsExactly("Org/Model-1", "Org/Model-1@" + OTHER, "Other/Torn@v1");
        assertThat(list).extracting(CachedModel::usable).containsExactly(true, true, false);
        assertThat(list.getFirst().refs()).containsExactly("main");
        assertThat(list.getFirst().bytes()).isGreaterThan(Files.size(SOURCE.resolve("model.safetensors")));
        assertThat(list.getLast().reason()).startsWith("model.safetensors").doesNotContain(folder.toString());
        assertThat(CachedModel.list(new HubCache(folder.resolve("none")))).isEmpty();
    }
}
