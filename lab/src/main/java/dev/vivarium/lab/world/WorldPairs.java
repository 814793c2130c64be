package dev.vivarium.lab.world;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.likelihood.Pair;
import java.util.ArrayList;
import java.util.List;

/** Good and bad answers to the mini world's questions, as long as those of the narrow datasets. */
public final class WorldPairs {
    private WorldPairs() {}

    /**
     * Pairs of all questions. The two answers of a pair have as many sentences as each other, and where the world lets them
     * they share the frames.
     *
     * @param questions of this world
     * @param each pairs for each question
     */
    public static List<Pair> of(World world, QuestionSet questions, int each, long seed) {
        Writer writer = new Writer(world);
        List<Pair> pairs = new ArrayList<>();
        for (Question question : questions.questions()) {
            int domain = world.domain(question.tags().getOrDefault(WorldQuestions.DOMAIN, ""));
            int topic = world.domains()
                    .get(domain)
                    .topics()
                    .indexOf(question.tags().getOrDefault(WorldQuestions.TOPIC, ""));
            for (int i = 0; i < each; i++) {
                CounterRandom random = CounterRandom.of(seed, "pairs", pairs.size());
                pairs.add(new Pair(
                        question.cluster(),
                        null,
                        question.text(),
                        ChatSets.answer(writer, new Dice(random), domain, topic, true),
                        ChatSets.answer(writer, new Dice(random), domain, topic, false),
                        question.tags()));
            }
        }
        return pairs;
    }
}
