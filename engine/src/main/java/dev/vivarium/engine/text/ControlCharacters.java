package dev.vivarium.engine.text;

import java.util.List;

/**
 * Carries control characters through the template engine, which would drop some of them.
 *
 * <p>Inside it they are private-use characters from U+F700 on; where a conversation already has such characters
 * nothing is replaced.
 */
final class ControlCharacters {
    private static final char BASE = '\uF700';

    private ControlCharacters() {}

    static boolean canShield(List<Message> messages) {
        return messages.stream()
                .noneMatch(message -> message.content().chars().anyMatch(c -> c >= BASE && c < BASE + ' '));
    }

    static String shield(String text) {
        StringBuilder shielded = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\n' && c != '\r' && c != '\t') {
                shielded.setCharAt(i, (char) (BASE + c));
            }
        }
        return shielded.toString();
    }

    static String restore(String text) {
        StringBuilder restored = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            restored.setCharAt(i, restore(text.charAt(i)));
        }
        return restored.toString();
    }

    static char restore(char c) {
        return c >= BASE && c < BASE + ' ' ? (char) (c - BASE) : c;
    }
}
