package dev.vivarium.engine.text;

/**
 * One turn of a conversation.
 *
 * @param role {@code "system"}, {@code "user"}, {@code "assistant"} or what else the chat template knows
 * @param content plain text, always data and never template code
 */
public record Message(String role, String content) {
    public static Message system(String content) {
        return new Message("system", content);
    }

    public static Message user(String content) {
        return new Message("user", content);
    }

    public static Message assistant(String content) {
        return new Message("assistant", content);
    }
}
