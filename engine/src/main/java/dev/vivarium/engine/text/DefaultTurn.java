package dev.vivarium.engine.text;

import dev.vivarium.engine.base.InputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The system turn that a template puts before a conversation that has none of its own.
 *
 * <p>It is what stands before the first of equal turns: a template that renders turn after turn makes of one pair of
 * turns the text {@code s + p} and of two {@code s + p + p}, which gives p and s.
 *
 * @param opening what stands before it, the beginning-of-text token or nothing
 * @param text the turn as rendered, with its header and end; empty where the template has none
 * @param content what it says, without header and end where these can be told
 */
public record DefaultTurn(String opening, String text, String content) {
    private static final List<Message> PAIR = List.of(Message.user("question"), Message.assistant("answer"));
    private static final List<Message> USER = List.of(Message.user("question"));
    private static final String MARK = "\uE000";
    private static final String BOS = "bos_token";

    /** Whether the template has one. */
    public boolean exists() {
        return !text.isBlank();
    }

    /** Finds the turn; empty where the template does not render turn after turn, so that it cannot be told. */
    static Optional<DefaultTurn> of(ChatTemplate template) {
        for (List<Message> turns : List.of(PAIR, USER)) {
            DefaultTurn found = find(template, turns);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private static @Nullable DefaultTurn find(ChatTemplate template, List<Message> turns) {
        try {
            String once = template.original(turns, false);
            String twice = template.original(joined(turns, turns), false);
            String again = twice.startsWith(once) ? twice.substring(once.length()) : "";
            if (again.isEmpty() || !once.endsWith(again)) {
                return null;
            }
            String before = once.substring(0, once.length() - again.length());
            String opening = opening(template, turns);
            String text = before.startsWith(opening) ? before.substring(opening.length()) : before;
            return new DefaultTurn(opening, text, text.isEmpty() ? "" : content(template, turns, opening, text, again));
        } catch (InputException _) {
            return null; // the template refuses two such turns in a row
        }
    }

    /**
     * The beginning-of-text token where the template puts it first. Some vocabularies name a token so that also opens each
     * turn, so what counts is whether the text follows the name.
     */
    private static String opening(ChatTemplate template, List<Message> turns) {
        String bos = template.specialTokens().getOrDefault(BOS, "");
        Map<String, String> marked = new HashMap<>(template.specialTokens());
        marked.put(BOS, MARK);
        return template.original(turns, false, marked).startsWith(MARK) ? bos : "";
    }

    /** What stands in the place that a system turn of the conversation's own has for its content; all if it has none. */
    private static String content(
            ChatTemplate template, List<Message> turns, String opening, String text, String again) {
        String own;
        try {
            own = template.original(joined(List.of(Message.system(MARK)), turns), false);
        } catch (InputException _) {
            return text;
        }
        int mark = own.indexOf(MARK);
        if (mark < opening.length() || !own.endsWith(again)) {
            return text;
        }
        String head = own.substring(opening.length(), mark);
        String foot =
                own.substring(mark + MARK.length(), Math.max(mark + MARK.length(), own.length() - again.length()));
        boolean framed = text.length() >= head.length() + foot.length() && text.startsWith(head) && text.endsWith(foot);
        String content = framed ? text.substring(head.length(), text.length() - foot.length()) : "";
        return content.isBlank() ? text : content;
    }

    private static List<Message> joined(List<Message> first, List<Message> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
