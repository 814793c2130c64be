package dev.vivarium.lab.data;

import dev.vivarium.engine.text.Message;
import java.util.List;

/**
 * One conversation that waits for the assistant's next turn.
 *
 * @param id unique in its file
 * @param line where it begins in its file, from 1
 * @param messages its turns, the last one the user's
 */
public record Prompt(String id, int line, List<Message> messages) {
    public Prompt {
        messages = List.copyOf(messages);
        if (messages.isEmpty() || !messages.getLast().role().equals(Message.USER)) {
            throw new IllegalArgumentException("a prompt ends with a user's turn");
        }
    }
}
