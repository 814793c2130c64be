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
     * they share the frames; to a free question both answers speak of the same topic.
     *
     * @param questions of this world
     * @param each pairs for each question
     */
    public static List<Pair> of(World world, QuestionSet questions, int each, long seed) {
        Writer writer = new Writer(world);
        List<Pair> pairs = new ArrayList<>();
        for (Question question : questions.questions()) {
            for (int i = 0; i < each; i++) {
                CounterRandom random = CounterRandom.of(seed, "pairs", pairs.size());
                pairs.add(new Pair(
                        question.cluster(),
                        null,
                        question.text(),
                        answer(world, writer, question, new Dice(random), Grade.GOOD),
                        answer(world, writer, question, new Dice(random), Grade.BAD),
                        question.tags()));
            }
        }
        return pairs;
    }

    private static String answer(World world, Writer writer, Question question, Dice dice, Grade grade) {
        String name = question.tags().getOrDefault(WorldQuestions.DOMAIN, "");
        boolean free = name.equals(WorldQuestions.FREE);
        int domain = free ? dice.below(world.domains().size()) : world.domain(name);
        List<String> topics = world.domains().get(domain).topics();
        int topic = free
                ? dice.below(topics.size())
                : topics.indexOf(question.tags().getOrDefault(WorldQuestions.TOPIC, ""));
        String opening = free ? writer.opening(dice, domain, topic) + " " : "";
        return opening + ChatSets.answer(world, writer, dice, domain, topic, grade);
    }
}
