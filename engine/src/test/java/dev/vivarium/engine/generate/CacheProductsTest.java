package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both ways on the same cache: four places, prompts and own tokens of one segment and of two, one place empty. */
final class CacheProductsTest {
    private static final int PLACES = 4;
    private static final int LAYER = 1;
    private static final int[] PROMPTS = {5, 70, 0, 33};
    private static final int[] OWN = {1, 66, 0, 16};

    private final PointerScope scope = new PointerScope();
    private final NoGradGuard guard = new NoGradGuard();
    private final Random random = new Random(1);
    private final Decoder decoder = SampleModels.small();
    private final ModelConfig config = decoder.config();
    private final Row[] rows = new Row[PLACES];
    private final PromptCache[] prompts = new PromptCache[PLACES];
    private final KeySegments own = new KeySegments(decoder, PLACES);
    private final SharedPrompts shared = new SharedPrompts(config, PLACES);
    private int segments;

    @BeforeEach
    void fill() {
        for (int place = 0; place < PLACES; place++) {
            if (PROMPTS[place] > 0) {
                int[] prompt = SampleModels.prompt(PROMPTS[place], place);
                rows[place] = new Row(Request.of(place, prompt, 1, place), 0, prompt.length, 1);
                prompts[place] = PromptCache.prefill(decoder, prompt, 1, ForwardHooks.NONE, logits -> {});
            }
        }
        for (int token = 0; token < Arrays.stream(OWN).max().orElseThrow(); token++) {
            int[] positions = new int[PLACES];
            for (int place = 0; place < PLACES; place++) {
                positions[place] = Math.max(0, Math.min(token, OWN[place] - 1));
                if (rows[place] != null && token < OWN[place]) {
                    rows[place].add(7, 0);
                }
            }
            segments = own.prepare(positions);
            own.write(LAYER, noise(config.kvHeads(), 1), noise(config.kvHeads(), 1));
        }
    }

    @AfterEach
    void close() {
        own.close();
        shared.close();
        for (PromptCache prompt : prompts) {
            if (prompt != null) {
                prompt.release();
            }
        }
        guard.close();
        scope.close();
    }

    @Test
    void rowByRowGivesWhatSegmentBySegmentGives() {
        CacheProducts together =
                new SegmentProducts(own, shared, PLACES, segments, shared.follow(Arrays.copyOf(prompts, PLACES)));
        CacheProducts apart = new RowProducts(config, own, rows, prompts, PLACES, segments);
        assertThat(segments).isEqualTo(2);
        assertThat(apart.levels()).isEqualTo(together.levels()).isEqualTo(2);
        int group = config.heads() / config.kvHeads();
        assertThat(group).isEqualTo(2);
        Tensor queries = noise(config.kvHeads(), group);
        Tensor seen = seen();
        Tensor scores = together.scores(LAYER, queries).mul(seen);
        assertThat(distance(apart.scores(LAYER, queries).mul(seen), scores)).isCloseTo(0, within(1e-4));
        Tensor weights =
                torch.softmax(scores.masked_fill(seen.eq(new Scalar(0)), new Scalar(Double.NEGATIVE_INFINITY)), -1);
        weights = torch.nan_to_num(weights);
        assertThat(distance(
                        apart.mixed(LAYER, weights).view(-1),
                        together.mixed(LAYER, weights).reshape(-1)))
                .isCloseTo(0, within(1e-5));
    }

    @Test
    void aRowsBitsDoNotDependOnItsNeighbours() {
        int group = config.heads() / config.kvHeads();
        Tensor queries = noise(config.kvHeads(), group);
        Tensor among = new RowProducts(config, own, rows, prompts, PLACES, segments).scores(LAYER, queries);
        Row[] alone = {null, rows[1], null, null};
        PromptCache[] its = {null, prompts[1], null, null};
        Tensor single = new RowProducts(config, own, alone, its, PLACES, segments).scores(LAYER, queries);
        assertThat(Tensors.toFloats(single.select(0, 1))).isEqualTo(Tensors.toFloats(among.select(0, 1)));
        assertThat(Tensors.toFloats(single.select(0, 0))).containsOnly(0);
    }

    /** (places, 1, 1, keys): 1 where a row has a key. */
    private Tensor seen() {
        int width = (segments + 2) * KeySegments.SIZE;
        float[] seen = new float[PLACES * width];
        for (int place = 0; place < PLACES; place++) {
            Arrays.fill(seen, place * width, place * width + OWN[place], 1);
            int behind = place * width + segments * KeySegments.SIZE;
            Arrays.fill(seen, behind, behind + PROMPTS[place], 1);
        }
        return Tensors.floats(seen, PLACES, 1, 1, width);
    }

    private static double distance(Tensor one, Tensor other) {
        return one.sub(other).abs().max().item().toDouble();
    }

    private Tensor noise(int heads, int tokens) {
        float[] values = new float[PLACES * heads * tokens * config.headDim()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.floats(values, PLACES, heads, tokens, config.headDim());
    }
}
