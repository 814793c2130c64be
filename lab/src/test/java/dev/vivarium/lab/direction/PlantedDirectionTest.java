package dev.vivarium.lab.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.capture.CellSums;
import dev.vivarium.lab.direction.Reliability.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Mean differences of drawn activations of width 64 with a known direction in them, or with none. */
final class PlantedDirectionTest {
    private static final int WIDTH = 64;
    private static final int ANSWERS = 8;
    private static final int TOKENS = 5;
    private static final double QUESTION_EFFECT = 3;

    @Test
    void aStrongPlantIsFoundAndReliable() {
        Contrast contrast = contrast(8, 1.0, Weighting.TOKEN, 1);

        assertThat(Vectors.cosine(contrast.vector(0), plant())).isGreaterThan(0.98);
        Reliability reliability = contrast.reliability(0);
        for (Spread spread : List.of(
                Objects.requireNonNull(reliability.answers()), Objects.requireNonNull(reliability.questions()))) {
            assertThat(spread.splitHalf()).isGreaterThan(0.95);
            assertThat(spread.cone()).isLessThan(20);
        }
    }

    @Test
    void nothingPlantedIsNotReliable() {
        Reliability reliability = contrast(8, 0, Weighting.TOKEN, 2).reliability(0);

        for (Spread spread : List.of(
                Objects.requireNonNull(reliability.answers()), Objects.requireNonNull(reliability.questions()))) {
            assertThat(spread.splitHalf()).isEqualTo(0, within(0.2));
            assertThat(spread.cone()).isGreaterThan(40);
        }
    }

    @Test
    void aQuestionAnsweredOnlyOneWayMakesQuestionsUnreliableButNotAnswers() {
        Contrast contrast = contrast(new Plan(6, 0, Weighting.TOKEN, 3, true));

        Reliability reliability = contrast.reliability(0);

        assertThat(Objects.requireNonNull(reliability.answers()).splitHalf()).isGreaterThan(0.9);
        assertThat(Objects.requireNonNull(reliability.questions()).splitHalf()).isLessThan(0.5);
    }

    @Test
    void drawsLieAroundTheDirection() {
        Contrast contrast = contrast(8, 1.0, Weighting.RESPONSE, 4);

        float[][] draws = contrast.draws(0);

        assertThat(draws.length).isEqualTo(100);
        for (float[] draw : draws) {
            assertThat(Vectors.cosine(draw, contrast.vector(0))).isGreaterThan(0.9);
        }
    }

    @Test
    void textsOfOneLengthWeighAlikeEitherWay() {
        assertThat(contrast(8, 1.0, Weighting.TOKEN, 5).otherWeighting(0)).isEqualTo(1, within(1e-6));
    }

    @Test
    void oneTextForEachQuestionLeavesChanceOfQuestionsAlone() {
        Cells cells = new Cells(new TreeSet<>(List.of("a", "b", "c")), 0);
        Sums up = new Sums(cells.size());
        Sums down = new Sums(cells.size());
        for (String question : List.of("a", "b", "c")) {
            int cell = cells.deal(List.of(text(question)))[0];
            up.add(cell, activation(question, 1, 1));
            down.add(cell, activation(question, 2, 0));
        }

        Reliability reliability = new Contrast(cells, up, down, Weighting.TOKEN, true, 0).reliability(0);

        assertThat(reliability.answers()).isNull();
        assertThat(Objects.requireNonNull(reliability.questions()).units()).isEqualTo(3);
    }

    @Test
    void cellsAreFewHoweverManyQuestionsThereAre() {
        TreeSet<String> questions = new TreeSet<>();
        for (int i = 0; i < 5_000; i++) {
            questions.add("q" + i);
        }

        Cells cells = new Cells(questions, 0);

        assertThat(cells.size()).isEqualTo(64);
        assertThat(cells.groups()).isEqualTo(Cells.MOST_GROUPS);
    }

    /**
     * @param oneWay whether half of the questions have positive answers only, and the others negative ones
     */
    private record Plan(int questions, double strength, Weighting weighting, long seed, boolean oneWay) {}

    private static Contrast contrast(int questions, double strength, Weighting weighting, long seed) {
        return contrast(new Plan(questions, strength, weighting, seed, false));
    }

    private static Contrast contrast(Plan plan) {
        List<ReadText> texts = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        for (int q = 0; q < plan.questions; q++) {
            names.add("q" + q);
            for (int a = 0; a < ANSWERS; a++) {
                texts.add(text("q" + q));
            }
        }
        Cells cells = new Cells(names, plan.seed);
        int[] dealt = cells.deal(texts);
        Sums up = new Sums(cells.size());
        Sums down = new Sums(cells.size());
        for (int i = 0; i < dealt.length; i++) {
            String question = texts.get(i).cluster();
            boolean odd = (i / ANSWERS) % 2 == 1;
            if (!plan.oneWay || odd) {
                up.add(dealt[i], activation(question, plan.seed * 100_000 + 2L * i, plan.strength));
            }
            if (!plan.oneWay || !odd) {
                down.add(dealt[i], activation(question, plan.seed * 100_000 + 2L * i + 1, 0));
            }
        }
        return new Contrast(cells, up, down, plan.weighting, false, plan.seed);
    }

    /** Tokens of one answer: what all of its question share, the plant, and noise of deviation one. */
    private static double[][] activation(String question, long seed, double strength) {
        CounterRandom shared = CounterRandom.of(0, "question/" + question);
        CounterRandom noise = CounterRandom.of(seed, "noise");
        float[] plant = plant();
        double[][] tokens = new double[TOKENS][WIDTH];
        for (int t = 0; t < TOKENS; t++) {
            for (int i = 0; i < WIDTH; i++) {
                tokens[t][i] =
                        QUESTION_EFFECT * shared.gaussian(i) + strength * plant[i] + noise.gaussian(t * WIDTH + i);
            }
        }
        return tokens;
    }

    private static float[] plant() {
        float[] plant = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            plant[i] = (float) CounterRandom.of(7, "plant").gaussian(i);
        }
        return plant;
    }

    private static ReadText text(String question) {
        return new ReadText(question, List.of(), "answer", true);
    }

    private static final class Sums implements CellSums {
        private final long[] tokens;
        private final long[] texts;
        private final double[][] byToken;
        private final double[][] byText;

        Sums(int cells) {
            tokens = new long[cells];
            texts = new long[cells];
            byToken = new double[cells][WIDTH];
            byText = new double[cells][WIDTH];
        }

        void add(int cell, double[][] text) {
            texts[cell]++;
            for (double[] token : text) {
                tokens[cell]++;
                for (int i = 0; i < WIDTH; i++) {
                    byToken[cell][i] += token[i];
                    byText[cell][i] += token[i] / text.length;
                }
            }
        }

        @Override
        public int hidden() {
            return WIDTH;
        }

        @Override
        public long tokens(int cell) {
            return tokens[cell];
        }

        @Override
        public long texts(int cell) {
            return texts[cell];
        }

        @Override
        public double[] tokenSum(int layer, int cell) {
            return byToken[cell].clone();
        }

        @Override
        public double[] textSum(int layer, int cell) {
            return byText[cell].clone();
        }
    }
}
