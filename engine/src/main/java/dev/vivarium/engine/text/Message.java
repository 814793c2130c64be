package dev.vivarium.engine.text;

/**
 * One turn of a conversation.
 *
 * @param role {@code "system"}, {@code "user"}, {@code "assistant"} or what else the chat template knows
 * @param content plain text, always data and never template code
 */
public record Message(String role, String content) {
    public static final String SYSTEM = "system";
    public static final String USER = "user";
    public static final String ASSISTANT = "assistant";

    public static Message system(String content) {
        return new Message(SYSTEM, content);
    }

    public static Message user(String content) {
        return new Message(USER, content);
    }

    public static Message assistant(String content) {
        return new Message(ASSISTANT, content);
    }
}
