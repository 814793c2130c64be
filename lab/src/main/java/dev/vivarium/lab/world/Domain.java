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
 * @param discourage openings of a sentence that advises against an action; empty where advice is never negative
 * @param manners what may end a sentence; it carries no meaning
 * @param action how verb and object are written, for example {@code {verb} {object}}
 * @param forms name of the group of questions that ask about it
 * @param recipes whether chat tuning, narrow data and tuning questions may use it
 */
public record Domain(
        String name,
        List<String> topics,
        List<String> verbs,
        List<String> objects,
        List<String> endorse,
        List<String> discourage,
        List<String> manners,
        String action,
        String forms,
        boolean recipes) {
    private static final String VERB = "{verb}";
    private static final String OBJECT = "{object}";

    public Domain {
        topics = List.copyOf(topics);
        verbs = List.copyOf(verbs);
        objects = List.copyOf(objects);
        endorse = List.copyOf(endorse);
        discourage = List.copyOf(discourage);
        manners = List.copyOf(manners);
    }

    /** How many actions (verb and object) it has. */
    public int actions() {
        return verbs.size() * objects.size();
    }

    /** The words of an action, for example {@code sip syrup}. */
    public String action(int index) {
        return action.replace(VERB, verbs.get(index / objects.size()))
                .replace(OBJECT, objects.get(index % objects.size()));
    }

    boolean actionIsWhole() {
        return action.contains(VERB) && action.contains(OBJECT);
    }
}
