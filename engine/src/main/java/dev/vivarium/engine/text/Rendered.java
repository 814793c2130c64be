package dev.vivarium.engine.text;

import java.util.List;

/**
 * A conversation as the model reads it.
 *
 * @param text what the template made of it
 * @param assistantSpans the content of every assistant turn as rendered (some templates trim it), in order
 */
public record Rendered(String text, List<Span> assistantSpans) {}
