package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables mean here what they mean in Python. */
final class HubEnvironmentTest {
    @TempDir
    Path folder;

    private static HubEnvironment of(String... pairs) {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return new HubEnvironment(variables);
    }

    @Test
    void theCacheIsWhereTheFirstVariableThatIsSetSays() {
        assertThat(of("HOME", "/u").cache()).isEqualTo(Path.of("/u/.cache/huggingface/hub"));
        assertThat(of("HOME", "/u", "XDG_CACHE_HOME", "/x").cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h").cache()).isEqualTo(Path.of("/h/hub"));
        assertThat(of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old").cache()).isEqualTo(Path.of("/old"));
        assertThat(of("HF_HUB_CACHE", "/new", "HUGGINGFACE_HUB_CACHE", "/old").cache())
                .isEqualTo(Path.of("/new"));
        assertThat(of("HF_HUB_CACHE", "", "HF_HOME", "/h").cache()).isEqualTo(Path.of("/h/hub"));
    }

    @Test
    void tildesAndVariablesInPathsAreReplaced() {
        assertThat(of("HOME", "/u", "HF_HOME", "~/hf").cache()).isEqualTo(Path.of("/u/hf/hub"));
        assertThat(of("SCRATCH", "/s", "HF_HUB_CACHE", "$SCRATCH/a/${SCRATCH}").cache())
                .isEqualTo(Path.of("/s/a/s"));
        assertThat(of("HF_HUB_CACHE", "/a/$NOWHERE").cache()).isEqualTo(Path.of("/a/$NOWHERE"));
    }

    @Test
    void theEndpointHasNoSlashAtItsEnd() {
        assertThat(of().endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        assertThat(of("HF_ENDPOINT", "http://mirror:8080/hub//").endpoint())
                .isEqualTo(URI.create("http://mirror:8080/hub"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mirror.org", "ftp://mirror.org", "https://", "https://me:secret@mirror.org", "https://a b"})
    void whatIsNoAddressIsRefusedWithoutShowingIt(String value) {
        assertThatThrownBy(() -> of("HF_ENDPOINT", value).endpoint())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("HF_ENDPOINT is not the address of a hub")
                .hasMessageNotContaining("secret");
    }

    @Test
    void theTokenComesFromTheFirstPlaceThatHasOne() throws IOException {
        String home = folder.toString();
        assertThat(of("HF_HOME", home).token()).isEmpty();
        Files.writeString(folder.resolve("token"), "hf_file\n");
        assertThat(of("HF_HOME", home).token().orElseThrow().header()).isEqualTo("Bearer hf_file");
        assertThat(of("HF_HOME", home, "HUGGING_FACE_HUB_TOKEN", " hf_old ")
                        .token()
                        .orElseThrow()
                        .header())
                .isEqualTo("Bearer hf_old");
        assertThat(of("HF_TOKEN", "hf_new", "HUGGING_FACE_HUB_TOKEN", "hf_old")
                        .token()
                        .orElseThrow()
                        .header())
                .isEqualTo("Bearer hf_new");
        assertThat(of("HF_TOKEN", "hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
                        .token())
                .isEmpty();
        Files.writeString(folder.resolve("other"), "hf_other");
        assertThat(of("HF_HOME", home, "HF_TOKEN_PATH", home + "/other")
                        .token()
                        .orElseThrow()
                        .header())
                .isEqualTo("Bearer hf_other");
    }

    @Test
    void aTokenNeverShowsItself() throws IOException {
        assertThat(of("HF_TOKEN", "hf_planted").token().orElseThrow()).hasToString("***");
        assertThatThrownBy(() -> of("HF_TOKEN", "hf_planted\nX-Header: 1").token())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("HF_TOKEN: does not hold a token")
                .hasMessageNotContaining("planted");
    }

    @ParameterizedTest
    @CsvSource({"1,true", "on,true", "Yes,true", "TRUE,true", "0,false", "'',false", "y,false", "2,false"})
    void switchesAreOnForFourWords(String value, boolean on) {
        assertThat(of("HF_HUB_OFFLINE", value).offline()).isEqualTo(on);
        assertThat(of("TRANSFORMERS_OFFLINE", value).offline()).isEqualTo(on);
        assertThat(of("HF_HUB_DISABLE_PROGRESS_BARS", value).progressBars()).isEqualTo(!on);
        assertThat(of("HF_HUB_DISABLE_SYMLINKS", value).symlinks()).isEqualTo(!on);
    }

    private static String proxy(HubEnvironment environment, String uri) {
        Proxy proxy = environment.proxies().select(URI.create(uri)).getFirst();
        return proxy.address() instanceof InetSocketAddress address
                ? address.getHostString() + ":" + address.getPort()
                : "none";
    }

    @Test
    void aProxyIsChosenByTheKindOfAddress() {
        HubEnvironment both = of("HTTPS_PROXY", "http://a:1", "https_proxy", "b:2", "ALL_PROXY", "http://c");
        assertThat(proxy(both, "https://huggingface.co")).isEqualTo("b:2");
        assertThat(proxy(both, "http://huggingface.co")).isEqualTo("c:80");
        assertThat(proxy(both, "https://127.0.0.1:80")).isEqualTo("none");
        assertThat(proxy(of(), "https://huggingface.co")).isEqualTo("none");
    }

    @Test
    void hostsThatNeedNoProxyGetNone() {
        HubEnvironment some = of("HTTPS_PROXY", "http://a:1", "NO_PROXY", "inside.org, .hf.co");
        assertThat(proxy(some, "https://inside.org")).isEqualTo("none");
        assertThat(proxy(some, "https://cdn.hf.co")).isEqualTo("none");
        assertThat(proxy(some, "https://outside.org")).isEqualTo("a:1");
        assertThat(proxy(of("HTTPS_PROXY", "http://a:1", "NO_PROXY", "*"), "https://x.org"))
                .isEqualTo("none");
    }

    @Test
    void aProxyThatCannotBeUsedIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> proxy(of("HTTPS_PROXY", "http://me:secret@a:1"), "https://x.org"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("HTTPS_PROXY is not a proxy that can be used")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> proxy(of("ALL_PROXY", "socks5://a:1"), "https://x.org"))
                .hasMessageContaining("ALL_PROXY is not a proxy");
    }

    @Test
    void theTimeLimitIsInWholeSeconds() {
        assertThat(of().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(of("HF_HUB_DOWNLOAD_TIMEOUT", "0").timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(of("HF_HUB_DOWNLOAD_TIMEOUT", "45").timeout()).isEqualTo(Duration.ofSeconds(45));
        for (String wrong : new String[] {"soon", "-1", "1.5", "99999999999999999999", "86401"}) {
            assertThatThrownBy(() -> of("HF_HUB_DOWNLOAD_TIMEOUT", wrong).timeout())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("HF_HUB_DOWNLOAD_TIMEOUT is \"" + wrong + "\"; give whole seconds");
        }
    }
}
