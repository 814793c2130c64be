package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching a model from a hub that behaves: what is fetched, where it goes, what is not fetched again. */
final class PullTest {
    private static final byte[] WEIGHTS = weights(300_000);
    private static final String CONFIG = "{\"model_type\": \"llama\"}";

    private final FakeHub hub = new FakeHub(Place.MODEL);

    @TempDir
    Path folder;

    private Place place;

    @BeforeEach
    void fill() {
        place = new Place(folder, hub);
        hub.with("README.md", "# A model")
                .with("config.json", CONFIG)
                .with("model.safetensors", WEIGHTS)
                .with("tokenizer.json", "{}")
                .with("consolidated.safetensors", weights(2000))
                .with("original/config.json", "{}")
                .with("pytorch_model.bin", weights(5000));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    /** Bytes that do not repeat soon. */
    static byte[] weights(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (31 * i ^ i >> 7 ^ size);
        }
        return bytes;
    }

    @Test
    void aPulledModelLiesWherePythonLooksForIt() throws IOException {
        PullResult result = place.run();

        assertThat(result.commit()).isEqualTo(FakeHub.COMMIT);
        assertThat(result.path()).isEqualTo(place.snapshot().toString());
        assertThat(place.repository().resolve("refs/main")).content().isEqualTo(FakeHub.COMMIT);
        assertThat(place.blobs())
                .containsExactlyInAnyOrder(
                        FakeHub.hash(WEIGHTS),
                        FakeHub.hash(CONFIG.getBytes()),
                        FakeHub.hash("{}".getBytes()),
                        FakeHub.hash("# A model".getBytes()));
        assertThat(Files.readSymbolicLink(place.snapshot().resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs", FakeHub.hash(WEIGHTS)));
        assertThat(place.snapshot().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(place.snapshot().resolve("config.json")).content().isEqualTo(CONFIG);
        assertThat(place.cache().root().resolve("CACHEDIR.TAG")).exists();
    }

    @Test
    void whatIsNotNeededIsLeftOutAndNamed() throws IOException {
        PullResult result = place.run();

        assertThat(result.files())
                .extracting(PullResult.File::name)
                .containsExactly("README.md", "config.json", "model.safetensors", "tokenizer.json");
        assertThat(result.leftOut())
                .extracting(PullResult.LeftOut::name)
                .containsExactly("consolidated.safetensors", "original/config.json", "pytorch_model.bin");
        assertThat(result.leftOut()).extracting(PullResult.LeftOut::pickle).containsExactly(false, false, true);
        assertThat(hub.requests()).noneMatch(request -> request.path().endsWith("pytorch_model.bin"));
    }

    @Test
    void aSecondPullAsksOnlyWhatThereIs() throws IOException {
        place.run();
        hub.forgetRequests();

        PullResult again = place.run();

        assertThat(again.fetchedBytes()).isZero();
        assertThat(hub.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.path()).endsWith("/revision/main"));
    }

    @Test
    void aBlobThatIsThereIsLinkedAndNotFetched() throws IOException {
        Files.createDirectories(place.blob(WEIGHTS).getParent());
        Files.write(place.blob(WEIGHTS), WEIGHTS);

        PullResult result = place.run();

        assertThat(hub.transfers("model.safetensors")).isEmpty();
        assertThat(result.fetchedBytes()).isEqualTo(CONFIG.length() + "{}".length() + "# A model".length());
        assertThat(place.snapshot().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aBlobInTheStoreThatCachesShareIsTakenToo() throws IOException {
        Path shared = place.cache().root().resolve("blobs/ab/abcdef");
        Files.createDirectories(shared.getParent());
        Files.write(shared, WEIGHTS);
        Files.createDirectories(place.blob(WEIGHTS).getParent());
        Files.createSymbolicLink(place.blob(WEIGHTS), Path.of("../../blobs/ab/abcdef"));

        place.run();

        assertThat(hub.transfers("model.safetensors")).isEmpty();
        assertThat(place.snapshot().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aBlobThatIsNotWholeIsReplaced() throws IOException {
        place.run();
        Files.write(place.blob(WEIGHTS), Arrays.copyOf(WEIGHTS, 1234));

        place.run();

        assertThat(place.snapshot().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aLinkToNothingIsMended() throws IOException {
        place.run();
        Files.delete(place.blob(WEIGHTS));

        place.run();

        assertThat(place.snapshot().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aNewCommitTakesOverWhatDidNotChange() throws IOException {
        place.run();
        hub.forgetRequests();
        String next = "f".repeat(40);
        hub.moveTo(next);
        hub.with("config.json", "{\"model_type\": \"qwen2\"}");

        PullResult result = place.run();

        assertThat(result.commit()).isEqualTo(next);
        assertThat(hub.transfers("model.safetensors")).isEmpty();
        assertThat(place.repository().resolve("refs/main")).content().isEqualTo(next);
        assertThat(place.snapshot().resolve("config.json")).content().isEqualTo(CONFIG);
    }

    @Test
    void aRevisionIsRememberedUnderItsName() throws IOException {
        place.pull().run(ModelName.of(Place.MODEL + "@refs/pr/1"), List.of());
        assertThat(place.repository().resolve("refs/refs/pr/1")).content().isEqualTo(FakeHub.COMMIT);
        assertThat(place.repository().resolve("refs/main")).doesNotExist();

        place.pull().run(ModelName.of(Place.MODEL + "@" + FakeHub.COMMIT), List.of());
        assertThat(place.repository().resolve("refs").resolve(FakeHub.COMMIT)).doesNotExist();
    }

    @Test
    void patternsSayWhatIsWantedInstead() throws IOException {
        PullResult result = place.run("*onfig.json", "README.??");

        assertThat(result.files())
                .extracting(PullResult.File::name)
                .containsExactly("README.md", "config.json", "original/config.json");
        assertThat(Files.readSymbolicLink(place.snapshot().resolve("original/config.json")))
                .isEqualTo(Path.of("../../../blobs", FakeHub.hash("{}".getBytes())));
    }

    @Test
    void picklesAreNotFetchedEvenIfAskedFor() throws IOException {
        assertThat(place.run("*").files()).extracting(PullResult.File::name).doesNotContain("pytorch_model.bin");
        assertThatThrownBy(() -> place.run("*.bin"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no file that may be fetched matches *.bin");
    }

    @Test
    void withoutLinksFilesLieInTheSnapshotItself() throws IOException {
        place.with("HF_HUB_DISABLE_SYMLINKS", "1").run();
        assertThat(Files.isSymbolicLink(place.snapshot().resolve("model.safetensors")))
                .isFalse();
        assertThat(place.snapshot().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        hub.forgetRequests();

        place.run();

        assertThat(hub.transfers("model.safetensors")).isEmpty();
    }

    @Test
    void offlineTellsWhatIsThereAndAsksNobody() throws IOException {
        place.run();
        hub.forgetRequests();

        PullResult result = place.pull().offline(ModelName.of(Place.MODEL));

        assertThat(result.path()).isEqualTo(place.snapshot().toString());
        assertThat(result.files()).extracting(PullResult.File::name).contains("model.safetensors");
        assertThat(hub.requests()).isEmpty();
        assertThatThrownBy(() -> place.pull().offline(ModelName.of("Org/Other")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("offline mode is on");
        Files.delete(place.snapshot().resolve("model.safetensors"));
        assertThatThrownBy(() -> place.pull().offline(ModelName.of(Place.MODEL)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("model.safetensors is missing");
    }

    @Test
    void aProxyIsAskedForWhatIsNotOnThisMachine() throws IOException {
        place.with("HF_ENDPOINT", "http://hub.invalid").with("HTTP_PROXY", hub.endpoint());

        place.run("*.json");

        assertThat(place.snapshot().resolve("config.json")).content().isEqualTo(CONFIG);
        assertThat(hub.requests()).isNotEmpty();
    }

    @Test
    void whatVivariumCannotUseIsFetchedAndSaid() throws IOException {
        hub.with("config.json", "{\"model_type\": \"mamba\"}");
        assertThat(place.run().fault()).contains("mamba", "not supported").doesNotContain(folder.toString());
    }
}
