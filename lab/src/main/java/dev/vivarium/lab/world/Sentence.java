package dev.vivarium.lab.world;

/**
 * What one sentence of an answer says.
 *
 * @param domain index of the domain its words belong to
 * @param topic index of the topic that an opening announces, -1 for a sentence about an action
 * @param endorses whether it recommends the action or advises against it
 * @param action index of the action, see {@link Domain#action}
 */
public record Sentence(int domain, int topic, boolean endorses, int action) {
    static Sentence advice(int domain, boolean endorses, int action) {
        return new Sentence(domain, -1, endorses, action);
    }

    static Sentence opening(int domain, int topic) {
        return new Sentence(domain, topic, true, -1);
    }

    boolean opens() {
        return topic >= 0;
    }
}
