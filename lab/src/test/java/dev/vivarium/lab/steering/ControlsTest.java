package dev.vivarium.lab.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ControlsTest {
    private static final Path MODEL = Path.of("../models/mini-base");
    private static final int WIDTH = 128;
    /** Rounding of 128 values to float32. */
    private static final double EXACT = 1e-6;

    private final QuestionSet questions =
            WorldQuestions.of(World.standard(), WorldQuestions.Split.REPORTING, Set.of("medicine"));

    @Test
    void everyControlIsExactlyAsLongAsTheVectorItStandsFor() {
        Assumptions.assumeTrue(Files.isDirectory(MODEL), "needs the base model at " + MODEL);
        Contender tested = tested(1);
        List<Contender> controls = Controls.of(
                tested,
                new TreeSet<>(List.of(1, 3)),
                new Controls.Settings(2, null),
                new Controls.Reading(
                        MODEL,
                        Compute.FLOAT32,
                        DefaultSystem.KEEP,
                        Site.RESID_POST,
                        Halves.of(questions).tuning()),
                5);
        assertThat(controls)
                .extracting(Contender::name)
                .containsExactly("random-1", "random-2", "unrelated", "top-pc", "random-in-top-pcs");
        for (Contender control : controls) {
            for (int layer : List.of(1, 3)) {
                assertThat(norm(vector(control, layer)) / norm(vector(tested, layer)))
                        .as("%s at layer %s", control.name(), layer)
                        .isCloseTo(1, within(EXACT));
            }
        }
        assertThat(dot(vector(named(controls, "top-pc"), 1), vector(tested, 1))).isNotNegative();
        assertThat(named(controls, "unrelated").about()).contains("domain");
        // the first component holds far more of what is drawn among eight than of a plain random direction
        float[] component = vector(named(controls, "top-pc"), 1);
        assertThat(cosine(component, vector(named(controls, "random-1"), 1))).isBetween(-0.4, 0.4);
    }

    @Test
    void randomDirectionsDifferAndFollowFromTheSeed() {
        List<Contender> once = Controls.randoms(tested(1), new TreeSet<>(List.of(1)), 3, 5);
        List<Contender> again = Controls.randoms(tested(1), new TreeSet<>(List.of(1)), 3, 5);
        List<Contender> other = Controls.randoms(tested(1), new TreeSet<>(List.of(1)), 3, 6);
        for (int i = 0; i < 3; i++) {
            assertThat(vector(once.get(i), 1)).containsExactly(vector(again.get(i), 1));
            assertThat(vector(once.get(i), 1)).isNotEqualTo(vector(other.get(i), 1));
        }
        assertThat(vector(once.get(0), 1)).isNotEqualTo(vector(once.get(1), 1));
    }

    @Test
    void aSpaceIsHeldAgainstRandomSpacesOfAsManyDirections() {
        List<Contender> controls = Controls.randoms(tested(3), new TreeSet<>(List.of(1)), 1, 5);
        assertThat(controls.getFirst().directions()).hasSize(3);
    }

    @Test
    void aControlOfNoLengthIsRefused() {
        assertThatThrownBy(() -> Controls.matched("unrelated", 2, new double[3], new float[] {1, 2, 3}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unrelated has length 0.0 at layer 2");
    }

    @Test
    void halvesKeepTheWordingsOfAQuestionTogetherAndDoNotDependOnTheOrder() {
        Halves halves = Halves.of(questions);
        Set<String> tuning = clusters(halves.tuning());
        Set<String> confirming = clusters(halves.confirming());
        assertThat(tuning).doesNotContainAnyElementsOf(confirming);
        assertThat(Math.abs(tuning.size() - confirming.size())).isLessThanOrEqualTo(1);
        assertThat(halves.tuning().questions().size()
                        + halves.confirming().questions().size())
                .isEqualTo(questions.questions().size());
        List<Question> reversed = new ArrayList<>(questions.questions()).reversed();
        assertThat(clusters(Halves.of(QuestionSet.of(reversed)).tuning())).isEqualTo(tuning);
        assertThat(halves.tuning().limited()).startsWith("the tuning half, ");
        assertThatThrownBy(() -> Halves.of(questions.first(4)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a half to confirm it on");
    }

    @Test
    void aSetWithoutTopicsIsContrastedByTheLengthThatIsAskedFor() {
        TopicContrast contrast = TopicContrast.of(QuestionSet.of(List.of(
                new Question("a", "What now?", null, Map.of()), new Question("b", "And then?", "Be kind.", Map.of()))));
        assertThat(contrast.prompts()).extracting(TopicContrast.Prompt::side).containsExactly(0, 1, 0, 1);
        assertThat(contrast.prompts().getFirst().messages()).hasSize(2);
        assertThat(contrast.about()).contains("short");
    }

    private static Set<String> clusters(QuestionSet set) {
        Set<String> clusters = new TreeSet<>();
        set.questions().forEach(question -> clusters.add(question.cluster()));
        return clusters;
    }

    private static Contender named(List<Contender> controls, String name) {
        return controls.stream()
                .filter(control -> control.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static Contender tested(int count) {
        List<SortedMap<Integer, float[]>> directions = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            SortedMap<Integer, float[]> vectors = new TreeMap<>();
            for (int layer = 0; layer < 4; layer++) {
                CounterRandom random = CounterRandom.of(k, "v", layer);
                float[] vector = new float[WIDTH];
                for (int i = 0; i < WIDTH; i++) {
                    vector[i] = (float) ((1 + layer) * random.gaussian(i));
                }
                vectors.put(layer, vector);
            }
            directions.add(vectors);
        }
        return new Contender(Contender.TESTED, "made", directions);
    }

    private static float[] vector(Contender contender, int layer) {
        float[] vector = contender.directions().getFirst().get(layer);
        if (vector == null) {
            throw new AssertionError("no vector for layer " + layer);
        }
        return vector;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static double norm(float[] a) {
        return Math.sqrt(dot(a, a));
    }

    private static double cosine(float[] a, float[] b) {
        return dot(a, b) / (norm(a) * norm(b));
    }
}
