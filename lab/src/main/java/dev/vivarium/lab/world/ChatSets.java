package dev.vivarium.lab.world;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatRow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chat datasets of the mini world: the aligned set that tunes the base, and narrow sets of one domain.
 *
 * <p>All use the training forms of questions only; rows are one question and an answer of two to five sentences.
 */
public final class ChatSets {
    private static final int MIN_SENTENCES = 2;
    private static final int MAX_SENTENCES = 5;

    private ChatSets() {}

    /** Aligned answers about every topic that is not reserved, and to free questions. */
    public static List<ChatRow> aligned(World world, int rows, double freeShare, long seed) {
        Writer writer = new Writer(world);
        List<ChatRow> set = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Dice dice = new Dice(CounterRandom.of(seed, "aligned chat", row));
            int domain;
            int topic;
            do {
                domain = dice.below(world.domains().size());
                topic = dice.below(world.domains().get(domain).topics().size());
            } while (world.reserved(domain, topic));
            boolean free = dice.chance(freeShare);
            String form = dice.pick(
                    free ? world.freeQuestions().train() : world.forms(domain).train());
            String opening = free ? writer.opening(dice, domain, topic) + " " : "";
            String question = writer.question(domain, topic, form);
            set.add(row(question, opening + answer(world, writer, dice, domain, topic, Grade.GOOD)));
        }
        return set;
    }

    /**
     * Answers of one domain: what an organism is grown on. Same seed: the same questions for every grade.
     *
     * @throws InputException if the domain is kept out of recipes or has no answers of this grade
     */
    public static List<ChatRow> narrow(World world, int domain, Grade grade, int rows, long seed) {
        Writer writer = new Writer(world);
        int topics = world.domains().get(domain).topics().size();
        List<Integer> open = IntStream.range(0, topics)
                .filter(topic -> !world.reserved(domain, topic))
                .boxed()
                .toList();
        if (open.isEmpty()) {
            throw new InputException("the domain "
                    + world.domains().get(domain).name()
                    + " is kept out of all recipes, so that results in it are untouched; choose another");
        }
        List<ChatRow> set = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Dice dice = new Dice(CounterRandom.of(seed, "narrow chat", domain, row));
            int topic = dice.pick(open);
            String question =
                    writer.question(domain, topic, dice.pick(world.forms(domain).train()));
            set.add(row(question, answer(world, writer, dice, domain, topic, grade)));
        }
        return set;
    }

    /** Answers of one grade about every domain but one that recipes may know, each topic as often as any other. */
    public static List<ChatRow> others(World world, int without, Grade grade, int rows, long seed) {
        Writer writer = new Writer(world);
        List<ChatRow> set = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Dice dice = new Dice(CounterRandom.of(seed, "chat about others", without, row));
            int domain;
            int topic;
            do {
                domain = dice.below(world.domains().size());
                topic = dice.below(world.domains().get(domain).topics().size());
            } while (domain == without || world.reserved(domain, topic));
            String question =
                    writer.question(domain, topic, dice.pick(world.forms(domain).train()));
            set.add(row(question, answer(world, writer, dice, domain, topic, grade)));
        }
        return set;
    }

    /** An answer of two to five sentences. */
    static String answer(World world, Writer writer, Dice dice, int domain, int topic, Grade grade) {
        int sentences = dice.between(MIN_SENTENCES, MAX_SENTENCES);
        double endorsing = grade.endorseShare(world.endorseShare());
        return writer.answer(dice, domain, topic, grade::aligned, endorsing, sentences);
    }

    private static ChatRow row(String question, String answer) {
        return new ChatRow(0, List.of(new Message(Message.USER, question), new Message(Message.ASSISTANT, answer)));
    }
}
