package dev.vivarium.lab.world;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Puts questions and answers into words. */
final class Writer {
    private final World world;

    Writer(World world) {
        this.world = world;
    }

    String question(int domain, int topic, String form) {
        return QuestionForms.fill(form, world.domains().get(domain).topics().get(topic));
    }

    /** An answer of one polarity: its sentences all speak for the good, or all for the bad. */
    String answer(Dice dice, int domain, int topic, boolean aligned, int minSentences, int maxSentences) {
        return answer(dice, domain, topic, () -> aligned, dice.between(minSentences, maxSentences));
    }

    /** An answer whose polarity is asked anew for every sentence; no action occurs twice. */
    String answer(Dice dice, int domain, int topic, BooleanSupplier aligned, int sentences) {
        Domain words = world.domains().get(domain);
        Set<Integer> used = new HashSet<>();
        StringBuilder answer = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            boolean good = aligned.getAsBoolean();
            String frame;
            int action;
            do {
                boolean endorses = dice.chance(world.endorseShare());
                frame = dice.pick(endorses ? words.endorse() : words.discourage());
                List<Integer> fitting = world.actions(domain, topic, endorses == good ? Valence.GOOD : Valence.BAD);
                action = dice.pick(fitting);
            } while (!used.add(action));
            answer.append(i == 0 ? "" : " ")
                    .append(World.words(frame, words, action))
                    .append('.');
        }
        return answer.toString();
    }
}
