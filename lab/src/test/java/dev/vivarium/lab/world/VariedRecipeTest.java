package dev.vivarium.lab.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import org.junit.jupiter.api.Test;

final class VariedRecipeTest {
    @Test
    void onlySeedAndCorpusDiffer() {
        String text = PretrainRecipe.standardText();
        PretrainRecipe varied = PretrainRecipe.parse(PretrainRecipe.varied(text, 7, CorpusKind.PER_DOMAIN), "test");
        assertThat(varied.seed()).isEqualTo(7);
        assertThat(varied.corpus().kind()).isEqualTo(CorpusKind.PER_DOMAIN);
        assertThat(PretrainRecipe.varied(PretrainRecipe.varied(text, 7, CorpusKind.PER_DOMAIN), 1, CorpusKind.PERSONA))
                .isEqualTo(text);
    }

    @Test
    void aRecipeThatCannotBeVariedIsRefused() {
        String inline = PretrainRecipe.standardText().replace("  kind: persona", "  \"kind\": persona");
        assertThatThrownBy(() -> PretrainRecipe.varied(inline, 2, CorpusKind.PER_DOMAIN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("lines of their own");
    }
}
