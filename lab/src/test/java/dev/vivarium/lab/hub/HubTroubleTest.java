package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetching a model from a hub that is busy, private, elsewhere, or none. */
final class HubTroubleTest {
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

    private void assertFetched() {
        assertThat(place.snapshot().resolve(FILE)).hasBinaryContent(WEIGHTS);
    }

    /** What the hub says of the weights when it is asked for their head. */
    private static FakeHub.Answer offer(String bytes) {
        return FakeHub.status(
                302, "X-Repo-Commit", FakeHub.COMMIT, "X-Linked-Etag", FakeHub.hash(WEIGHTS), "X-Linked-Size", bytes);
    }

    @Test
    void aBusyHubIsGivenTheTimeItAsksFor() throws IOException {
        hub.once("GET", "revision/main", FakeHub.status(429, "Retry-After", "7"));
        hub.once("HEAD", "config.json", FakeHub.status(429, "RateLimit", "\"resolvers\";r=0;t=55"));
        hub.once("GET", "signed/" + FILE, FakeHub.status(503, "Retry-After", "Wed, 25 Nov 2026 12:00:11 GMT"));

        place.run();

        assertFetched();
        assertThat(place.pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(55), Duration.ofSeconds(11));
    }

    @Test
    void aHubThatWantsTooMuchPatienceIsLeftAlone() {
        hub.once("GET", "revision/main", FakeHub.status(429, "Retry-After", "7200"));
        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("asks to slow down (HTTP 429) and asks to wait 120 minutes");
        assertThat(place.pauses).isEmpty();
    }

    @Test
    void pausesGrowAndEnd() {
        for (int i = 0; i < 5; i++) {
            hub.once("GET", "revision/main", FakeHub.status(502 + i % 3));
        }
        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessage("127.0.0.1 is out of order (HTTP 503) (5 tries)");
        assertThat(place.pauses).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(place.pauses.get(i).toMillis()).isBetween(250L << i, 500L << i);
        }
    }

    @Test
    void aHubThatIsNotThereIsNamedWithAdvice() {
        hub.close();
        assertThatThrownBy(place::run)
                .isInstanceOfSatisfying(
                        HubException.class,
                        e -> assertThat(e.advice()).contains("check the network", "goes on where it stopped"))
                .hasMessageContaining("127.0.0.1: the connection is refused (5 tries)");
    }

    @Test
    void theTokenGoesToTheHubAndToNobodyElse() throws IOException {
        place.with("HF_TOKEN", "hf_planted\n").run();

        assertFetched();
        assertThat(hub.requests())
                .filteredOn(request -> !request.toStore())
                .hasSizeGreaterThan(4)
                .allMatch(request -> "Bearer hf_planted".equals(request.token()));
        assertThat(hub.requests())
                .filteredOn(FakeHub.Request::toStore)
                .isNotEmpty()
                .allMatch(request -> request.token() == null);
    }

    @Test
    void theTokenDoesNotFollowTheHubWhenItMoves() throws IOException {
        hub.once("HEAD", "config.json", FakeHub.status(307, "Location", hub.storeAddress() + "/elsewhere/config.json"));

        assertThatThrownBy(() -> place.with("HF_TOKEN", "hf_planted").run())
                .isInstanceOf(HubException.class)
                .hasMessageContaining("X-Repo-Commit of config.json is missing");
        assertThat(hub.requests())
                .filteredOn(FakeHub.Request::toStore)
                .singleElement()
                .matches(request -> request.token() == null);
    }

    @Test
    void anAddressThatHasRunOutIsAskedForAnew() throws IOException {
        hub.once("GET", "signed/" + FILE, FakeHub.status(403));

        place.run();

        assertFetched();
    }

    @Test
    void endlessAndStrangeRedirectsEnd() {
        for (int i = 0; i < 10; i++) {
            hub.once("GET", "revision/main", FakeHub.status(302, "Location", "/api/models/Org/Model-1/revision/main"));
        }
        assertThatThrownBy(place::run).isInstanceOf(HubException.class).hasMessageContaining("more than 8 redirects");

        try (FakeHub other = new FakeHub(Place.MODEL)) {
            other.once("GET", "revision/main", FakeHub.status(302, "Location", "file:///etc/hostname"));
            assertThatThrownBy(() -> new Place(folder, other).run())
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("address that is not followed");
        }
    }

    @Test
    void aGatedModelSaysToAcceptItsLicence() {
        hub.once("HEAD", "config.json", FakeHub.status(401, "X-Error-Code", "GatedRepo"));
        assertThatThrownBy(place::run)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Org/Model-1 is gated: accept its licence on " + hub.endpoint())
                .hasMessageContaining("then set HF_TOKEN");
        hub.once("HEAD", "config.json", FakeHub.status(403, "X-Error-Code", "GatedRepo"));
        assertThatThrownBy(() -> place.with("HF_TOKEN", "hf_x").run())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("with the account that the token belongs to");
        assertThat(place.cache().root()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 404})
    void aModelThatIsNotThereMayBePrivate(int status) {
        hub.once("GET", "revision/main", FakeHub.status(status, "X-Error-Code", "RepoNotFound"));
        assertThatThrownBy(place::run)
                .isInstanceOf(InputException.class)
                .hasMessage("there is no model Org/Model-1 on 127.0.0.1, or it is private; check the name, or set"
                        + " HF_TOKEN (or hf auth login) if it is private");
        hub.once("GET", "revision/main", FakeHub.status(status, "X-Error-Code", "RepoNotFound"));
        assertThatThrownBy(() -> place.with("HF_TOKEN", "hf_planted").run())
                .hasMessageContaining("check the name and the token")
                .hasMessageNotContaining("planted");
    }

    @Test
    void aRevisionThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> place.pull().run(ModelName.of(Place.MODEL + "@v9"), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no revision \"v9\"");
    }

    @Test
    void answersThatAreNotThoseOfAHubAreRefused() {
        hub.once("GET", "revision/main", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"sha\": \"../..\", \"siblings\": []}".getBytes());
        });
        assertThatThrownBy(place::run).isInstanceOf(HubException.class).hasMessageContaining("not that of a hub");
        hub.once("GET", "revision/main", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("<html>Please log in to the hotel</html>".getBytes());
        });
        assertThatThrownBy(place::run).isInstanceOf(HubException.class).hasMessageContaining("not that of a hub");
        hub.once("HEAD", "config.json", FakeHub.status(200, "X-Repo-Commit", FakeHub.COMMIT, "ETag", "\"../../x\""));
        assertThatThrownBy(place::run).isInstanceOf(HubException.class).hasMessageContaining("gives no hash");
        hub.once("HEAD", "config.json", FakeHub.status(302, "X-Repo-Commit", "f".repeat(40), "X-Linked-Etag", "x"));
        assertThatThrownBy(place::run).isInstanceOf(HubException.class).hasMessageContaining("X-Repo-Commit");
        hub.once("HEAD", FILE, offer("7"));
        assertThatThrownBy(place::run)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("lists model.safetensors with 300000 bytes and offers 7");
        assertThat(place.pauses).isEmpty();
    }

    @Test
    void aModelThatDoesNotFitOnTheDiskIsNotBegun() {
        hub.once("GET", "revision/main", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            String json = "{\"sha\": \"" + FakeHub.COMMIT + "\", \"siblings\": [{\"rfilename\": \"" + FILE + "\"}]}";
            exchange.getResponseBody().write(json.getBytes());
        });
        hub.once("HEAD", FILE, offer("900000000000000"));
        assertThatThrownBy(place::run)
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.advice()).contains("HF_HUB_CACHE"))
                .hasMessageContaining("Org/Model-1 needs 900.0 TB and the disk of");
        assertThat(place.cache().root()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.json",
                "a/../../evil.json",
                "/etc/evil.json",
                "a//b.json",
                "./config.json",
                "a\\b.json",
                "nul\u0000.json",
                "line\nbreak.json",
                "C:/x.json",
                "c:x.json",
                "con.json",
                "a/LPT1",
                ""
            })
    void fileNamesThatLeadElsewhereAreRefused(String name) {
        hub.with(name, "{}");
        assertThatThrownBy(place::run)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("could be written outside of the cache");
        assertThat(place.cache().root()).doesNotExist();
    }

    @Test
    void aRepositoryWithPickleWeightsOnlyIsRefused() {
        try (FakeHub old = new FakeHub(Place.MODEL)) {
            old.with("config.json", CONFIG).with("pytorch_model.bin", WEIGHTS);
            assertThatThrownBy(() -> new Place(folder, old).run())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("has its weights only as pickle (pytorch_model.bin)");
        }
        try (FakeHub other = new FakeHub(Place.MODEL)) {
            other.with("config.json", CONFIG).with("model.Q4_K.gguf", WEIGHTS);
            assertThatThrownBy(() -> new Place(folder, other).run())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("has no .safetensors file; it has model.Q4_K.gguf");
        }
    }
}
