/**
 * Talking to a model: conversations with it and its organisms, and answers to files of prompts.
 *
 * <p>Start from {@link dev.vivarium.lab.talk.ChatSession} and {@link dev.vivarium.lab.talk.AnswerRun}. Nothing here judges
 * an answer or knows a terminal.
 */
@NullMarked
package dev.vivarium.lab.talk;

import org.jspecify.annotations.NullMarked;
