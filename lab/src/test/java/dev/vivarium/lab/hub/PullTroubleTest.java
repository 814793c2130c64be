package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.net.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching a model where bytes are cut, wrong, late or written by somebody else. */
final class PullTroubleTest {
    private static final byte[] WEIGHTS = PullTest.weights(300_000);
    private static final String FILE = "model.safetensors";
    private static final String CONFIG = "{\"model_type\": \"llama\"}";

    private final FakeHub hub = new FakeHub(Place.MODEL);

    @TempDir
    Path folder;

    private Place place;

    @BeforeEach
    void fill() {
        place = new Place(folder, hub);
        hub.with("config.json", CONFIG).with(FILE, WEIGHTS);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Path partial() {
        return place.blob(WEIGHTS).resolveSibling(FakeHub.hash(WEIGHTS) + ".incomplete");
    }

    private List<String> ranges() {
        return hub.transfers(FILE).stream()
                .map(request -> String.valueOf(request.range()))
                .toList();
    }

    private void assertFetched() {
        assertThat(place.snapshot().resolve(FILE)).hasBinaryContent(WEIGHTS);
        assertThat(partial()).doesNotExist();
    }

    @Test
    void aBrokenTransferGoesOnWhereItStopped() throws IOException {
        hub.once("GET", "signed/" + FILE, hub.cut(FILE, 100_000, partial()));
        hub.once("GET", "signed/" + FILE, hub.cut(FILE, 50_000, partial()));

        PullResult result = place.run();

        assertFetched();
        assertThat(ranges()).containsExactly("null", "bytes=100000-", "bytes=150000-");
        assertThat(result.fetchedBytes()).isEqualTo(WEIGHTS.length + CONFIG.length());
        assertThat(result.failedTries()).isEqualTo(2);
        assertThat(place.pauses).hasSize(2).allMatch(pause -> pause.toMillis() >= 250 && pause.toMillis() <= 500);
    }

    @Test
    void whatAnEarlierPullLeftIsUsed() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), Arrays.copyOf(WEIGHTS, 123_456));

        PullResult result = place.run();

        assertFetched();
        assertThat(ranges()).contains("bytes=123456-");
        assertThat(result.fetchedBytes()).isEqualTo(WEIGHTS.length - 123_456 + CONFIG.length());
    }

    @Test
    void wholeBytesUnderAnUnfinishedNameAreOnlyChecked() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), WEIGHTS);

        place.run();

        assertFetched();
        assertThat(hub.transfers(FILE)).isEmpty();
    }

    @Test
    void wrongBytesOfAnEarlierPullAreThrownAway() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), new byte[5000]);

        place.run();

        assertFetched();
        assertThat(ranges()).contains("bytes=5000-", "null");
    }

    @Test
    void aServerThatIgnoresRangesIsReadFromTheStart() throws IOException {
        hub.ignoreRanges();
        hub.once("GET", "signed/" + FILE, hub.cut(FILE, 100_000, partial()));

        PullResult result = place.run();

        assertFetched();
        assertThat(result.fetchedBytes()).isEqualTo(100_000 + WEIGHTS.length + CONFIG.length());
    }

    @Test
    void aServerWithNothingAtThatPositionIsAskedFromTheStart() throws IOException {
        hub.once("GET", "signed/" + FILE, hub.cut(FILE, 100_000, partial()));
        hub.once("GET", "signed/" + FILE, FakeHub.status(416));

        place.run();

        assertFetched();
    }

    @Test
    void bytesFromAnotherPositionAreRefused() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), Arrays.copyOf(WEIGHTS, 1000));
        hub.once("GET", "signed/" + FILE, exchange -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-9/300000");
            exchange.sendResponseHeaders(206, 10);
            exchange.getResponseBody().write(new byte[10]);
        });

        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("asked for bytes from 1000 on, the server sends \"bytes 0-9/300000\"");
        assertThat(partial()).hasBinaryContent(Arrays.copyOf(WEIGHTS, 1000));
    }

    @Test
    void wrongContentsAreNeverGivenTheirName() {
        byte[] wrong = WEIGHTS.clone();
        wrong[77]++;
        hub.serveInstead(FILE, wrong);

        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("model.safetensors: arrived twice with another hash");
        assertThat(place.blob(WEIGHTS)).doesNotExist();
        assertThat(partial()).doesNotExist();
        assertThat(place.repository().resolve("refs/main")).doesNotExist();
        assertThat(hub.transfers(FILE)).hasSize(2);
    }

    @Test
    void aSmallFileIsCheckedToo() {
        hub.serveInstead("config.json", CONFIG.replace("llama", "mamba").getBytes());
        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("config.json: arrived twice with another hash");
    }

    @Test
    void moreBytesThanSaidAreRefused() {
        hub.serveInstead(FILE, PullTest.weights(400_000));
        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("sends more than the 300000 bytes");
        assertThat(place.blob(WEIGHTS)).doesNotExist();
    }

    @Test
    void aStalledTransferIsGivenUpAndGoesOn() throws IOException {
        hub.once("GET", "signed/" + FILE, hub.silence(FILE));

        PullResult result = place.run();

        assertFetched();
        assertThat(result.failedTries()).isEqualTo(1);
    }

    @Test
    void aPullThatFailsLeavesTheBranchWhereItWas() throws IOException {
        place.run();
        String next = "f".repeat(40);
        hub.moveTo(next);
        byte[] other = PullTest.weights(200_000);
        hub.with(FILE, other).serveInstead(FILE, new byte[200_000]);

        assertThatThrownBy(place::run).isInstanceOf(HubException.class);

        assertThat(place.repository().resolve("refs/main")).content().isEqualTo(FakeHub.COMMIT);
        assertFetched();
    }

    @Test
    void twoPullsOfOneFileDoNotFight() throws Exception {
        Path lock = place.cache().lock(ModelName.of(Place.MODEL), FakeHub.hash(WEIGHTS));
        Waiting waiting = new Waiting(_ -> {}, InstantSource.system(), CounterRandom.of(0, "jitter"));
        BlobLock held = BlobLock.take(lock, waiting, () -> {});
        place.duringPause(() -> {
            if (place.pauses.size() == 3) { // the other one is done
                try {
                    Files.write(place.blob(WEIGHTS), WEIGHTS);
                    held.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });

        place.run();

        assertFetched();
        assertThat(hub.transfers(FILE)).isEmpty();
        assertThat(place.pauses).hasSize(3);
    }

    @Test
    void anotherWriterOfTheSameFileIsNoticed() throws IOException {
        hub.once("GET", "signed/" + FILE, exchange -> {
            Files.write(partial(), new byte[10]); // some program that knows no locks
            hub.cut(FILE, 1000, partial()).give(exchange);
        });
        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("another program writes to this file");
        assertThat(place.blob(WEIGHTS)).doesNotExist();
    }
}
