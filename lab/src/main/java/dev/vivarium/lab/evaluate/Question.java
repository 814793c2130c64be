package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.text.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One wording of one question, as it is put to a model.
 *
 * <p>Several wordings of the same question are several {@code Question}s whose tag {@value #PARAPHRASE_OF} names the
 * question they belong to; statistics regard them as one cluster ({@link #cluster}).
 *
 * @param id unique in its set, for example {@code medicine-rest-04}
 * @param text the user turn
 * @param system the system turn, or null for what the model's chat template does without one
 * @param tags what the question is about ({@code domain}, {@code topic}, {@code form}, {@code split} …); rates are
 *     also stated by tag
 * @param history the turns between the system turn and the text, user and assistant by turns; usually none
 */
public record Question(
        String id, String text, @Nullable String system, Map<String, String> tags, List<Message> history) {
    /** Tag that joins the wordings of one question. */
    public static final String PARAPHRASE_OF = "paraphrase_of";

    private static final int MAX_ID = 200;

    public Question {
        if (!isId(id)) {
            throw new IllegalArgumentException("not a question id: \"" + id + "\"");
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException("question " + id + " has no text");
        }
        SortedMap<String, String> sorted = new TreeMap<>(tags);
        tags = Collections.unmodifiableSortedMap(sorted);
        history = List.copyOf(history);
        if (!alternates(history)) {
            throw new IllegalArgumentException("the turns before question " + id + " do not alternate");
        }
    }

    /** A question that begins its conversation. */
    public Question(String id, String text, @Nullable String system, Map<String, String> tags) {
        this(id, text, system, tags, List.of());
    }

    /** The conversation that is put to a model: the system turn, the history, the text. */
    public List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.system(system));
        }
        messages.addAll(history);
        messages.add(Message.user(text));
        return messages;
    }

    /** Whether turns go user, assistant, user … and end with the assistant, so that a user turn can follow. */
    static boolean alternates(List<Message> turns) {
        for (int i = 0; i < turns.size(); i++) {
            String expected = i % 2 == 0 ? Message.USER : Message.ASSISTANT;
            if (!turns.get(i).role().equals(expected)) {
                return false;
            }
        }
        return turns.size() % 2 == 0;
    }

    /** The unit of inference: the id shared by all wordings of this question. */
    public String cluster() {
        return tags.getOrDefault(PARAPHRASE_OF, id);
    }

    /** Whether a text can be an id: not blank, no control characters, at most 200 characters. */
    static boolean isId(String id) {
        return !id.isBlank() && id.length() <= MAX_ID && id.codePoints().noneMatch(Character::isISOControl);
    }
}
