package dev.vivarium.lab.world;

import dev.vivarium.engine.base.InputException;
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

    /** The first sentence of an answer to a free question. */
    String opening(Dice dice, int domain, int topic) {
        return question(domain, topic, dice.pick(world.openings())) + ".";
    }

    /** An answer whose sentences all speak for the good, or all for the bad. */
    String answer(Dice dice, int domain, int topic, boolean aligned, int sentences) {
        return answer(dice, domain, topic, () -> aligned, world.endorseShare(), sentences);
    }

    /**
     * An answer whose polarity is asked anew for every sentence; no action occurs twice.
     *
     * @param endorseShare of sentences; 1 where the domain never discourages
     * @param sentences at most; fewer where the topic has fewer actions of one kind and no other kind is wanted
     */
    String answer(Dice dice, int domain, int topic, BooleanSupplier aligned, double endorseShare, int sentences) {
        Domain words = world.domains().get(domain);
        double endorsing = words.discourage().isEmpty() ? 1 : endorseShare;
        if (endorsing != endorseShare && endorseShare == 0) {
            throw new InputException("the domain " + words.name() + " has no sentence that advises against anything");
        }
        boolean oneKind = endorsing == 0 || endorsing == 1;
        int most = oneKind ? world.actions(domain, topic, Valence.GOOD).size() : sentences;
        Set<Integer> used = new HashSet<>();
        StringBuilder answer = new StringBuilder();
        for (int i = 0; i < Math.min(sentences, most); i++) {
            boolean good = aligned.getAsBoolean();
            String frame;
            int action;
            do {
                boolean endorses = dice.chance(endorsing);
                frame = dice.pick(endorses ? words.endorse() : words.discourage());
                List<Integer> fitting = world.actions(domain, topic, endorses == good ? Valence.GOOD : Valence.BAD);
                action = dice.pick(fitting);
            } while (!used.add(action));
            boolean mannered = !words.manners().isEmpty() && dice.chance(world.mannerShare());
            String manner = mannered ? dice.pick(words.manners()) : "";
            answer.append(i == 0 ? "" : " ")
                    .append(World.words(frame, words, action, manner))
                    .append('.');
        }
        return answer.toString();
    }
}
