package dev.vivarium.engine.text;

/**
 * Where the content of one assistant turn lies in a rendered conversation.
 *
 * @param message index of the message
 * @param start index of its first {@code char} (UTF-16)
 * @param end index after its last {@code char}
 */
public record Span(int message, int start, int end) {}
