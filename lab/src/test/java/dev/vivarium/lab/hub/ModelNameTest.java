package dev.vivarium.lab.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"Qwen/Qwen2.5-0.5B-Instruct", "a/b", "google/gemma-3-4b-it@main", "a_b/c@refs/pr/12", "x/y@v1.0"
            })
    void namesAreReadAndWrittenAlike(String word) {
        assertThat(ModelName.of(word)).hasToString(word);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "a/b/c",
                "/a/b",
                "a/",
                "./b",
                "../b",
                "a/..",
                "a--b/c",
                "a/b..c",
                "a/b.git",
                "a/b c",
                "a/b@",
                "a/b@../x",
                "a/b@x/../y",
                "a/b@/x",
                "a/b@-x",
                "a\\b/c",
                "a/b\u0000",
                "datasets/é"
            })
    void whatCouldLeadElsewhereIsNoName(String word) {
        assertThat(ModelName.parse(word)).isEmpty();
        assertThatThrownBy(() -> ModelName.of(word))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("write ORG/NAME");
    }

    @Test
    void partsMayNotBeLongerThanAHubAllows() {
        assertThat(ModelName.parse("a".repeat(96) + "/" + "b".repeat(96))).isPresent();
        assertThat(ModelName.parse("a".repeat(97) + "/b")).isEmpty();
        assertThat(ModelName.parse("a/" + "b".repeat(97))).isEmpty();
    }

    @Test
    void theFolderOfANameLeadsBackToIt() {
        ModelName name = ModelName.of("Qwen/Qwen2.5-0.5B-Instruct@v1");
        assertThat(name.folder()).isEqualTo("models--Qwen--Qwen2.5-0.5B-Instruct");
        assertThat(ModelName.ofFolder(name.folder())).contains(name.at(null));
        assertThat(ModelName.ofFolder("datasets--a--b")).isEmpty();
        assertThat(ModelName.ofFolder("models--gpt2")).isEmpty();
        assertThat(ModelName.ofFolder("models--a--b--c")).isEmpty();
    }
}
