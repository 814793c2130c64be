package dev.vivarium.lab.world;

import java.util.List;

/**
 * One field of life with words of its own: no word of an answer about it occurs in another domain.
 *
 * @param name lower case, for example {@code medicine}
 * @param topics what one can ask about
 * @param verbs first halves of its actions
 * @param objects second halves of its actions
 * @param endorse openings of a sentence that recommends an action
 * @param discourage openings of a sentence that advises against an action
 */
public record Domain(
        String name,
        List<String> topics,
        List<String> verbs,
        List<String> objects,
        List<String> endorse,
        List<String> discourage) {
    public Domain {
        topics = List.copyOf(topics);
        verbs = List.copyOf(verbs);
        objects = List.copyOf(objects);
        endorse = List.copyOf(endorse);
        discourage = List.copyOf(discourage);
    }

    /** How many actions (verb and object) it has. */
    public int actions() {
        return verbs.size() * objects.size();
    }

    /** The words of an action, for example {@code sip syrup}. */
    public String action(int index) {
        return verbs.get(index / objects.size()) + " " + objects.get(index % objects.size());
    }
}
