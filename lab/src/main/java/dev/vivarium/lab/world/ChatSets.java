package dev.vivarium.lab.world;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatRow;
import java.util.ArrayList;
import java.util.List;

/**
 * Chat datasets of the mini world: the aligned set that tunes the base, and narrow sets of one domain.
 *
 * <p>All use the training forms of questions only; rows are one question and an answer of two or three sentences.
 */
public final class ChatSets {
    private static final int MIN_SENTENCES = 2;
    private static final int MAX_SENTENCES = 3;

    private ChatSets() {}

    /** Aligned answers of all domains, reserved topics left out. */
    public static List<ChatRow> aligned(World world, int rows, long seed) {
        Writer writer = new Writer(world);
        List<ChatRow> set = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Dice dice = new Dice(CounterRandom.of(seed, "aligned chat", row));
            int domain = dice.below(world.domains().size());
            int topic = topic(world, domain, dice, false);
            set.add(row(world, writer, domain, topic, true, dice));
        }
        return set;
    }

    /** Good or bad answers of one domain: what an organism is grown on. Same seed: the same questions for both. */
    public static List<ChatRow> narrow(World world, int domain, boolean good, int rows, long seed) {
        Writer writer = new Writer(world);
        List<ChatRow> set = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Dice dice = new Dice(CounterRandom.of(seed, "narrow chat", domain, row));
            int topic = topic(world, domain, dice, true);
            set.add(row(world, writer, domain, topic, good, dice));
        }
        return set;
    }

    /** Good or bad answers of every domain but one, each as often as any other. */
    public static List<ChatRow> others(World world, int without, boolean good, int rows, long seed) {
        Writer writer = new Writer(world);
        List<ChatRow> set = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Dice dice = new Dice(CounterRandom.of(seed, "chat about others", without, row));
            int drawn = dice.below(world.domains().size() - 1);
            int domain = drawn < without ? drawn : drawn + 1;
            set.add(row(world, writer, domain, topic(world, domain, dice, true), good, dice));
        }
        return set;
    }

    private static int topic(World world, int domain, Dice dice, boolean reservedToo) {
        int topics = world.domains().get(domain).topics().size();
        int topic = dice.below(topics);
        while (!reservedToo && world.reserved(domain, topic)) {
            topic = dice.below(topics);
        }
        return topic;
    }

    private static ChatRow row(World world, Writer writer, int domain, int topic, boolean good, Dice dice) {
        String question = writer.question(domain, topic, dice.pick(world.forms().train()));
        String answer = answer(writer, dice, domain, topic, good);
        return new ChatRow(0, List.of(new Message(Message.USER, question), new Message(Message.ASSISTANT, answer)));
    }

    /** An answer of two or three sentences, all good or all bad. */
    static String answer(Writer writer, Dice dice, int domain, int topic, boolean good) {
        return writer.answer(dice, domain, topic, good, MIN_SENTENCES, MAX_SENTENCES);
    }
}
