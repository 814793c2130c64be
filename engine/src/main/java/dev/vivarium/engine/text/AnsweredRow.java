package dev.vivarium.engine.text;

/**
 * A conversation and an answer to it as tokens.
 *
 * @param context what the model has read before the answer's first token
 * @param answer the answer's tokens
 */
public record AnsweredRow(int[] context, int[] answer) {}
