package dev.vivarium.lab.data;

import dev.vivarium.engine.text.Message;
import java.util.List;

/**
 * One conversation of a dataset.
 *
 * @param line where it stands in its file, counted from 1; 0 for a row that comes from no file
 * @param messages its turns, at least one of them the assistant's
 */
public record ChatRow(int line, List<Message> messages) {
    public ChatRow {
        messages = List.copyOf(messages);
        if (line < 0) {
            throw new IllegalArgumentException("line is negative: " + line);
        }
        if (messages.stream().noneMatch(message -> message.role().equals(Message.ASSISTANT))) {
            throw new IllegalArgumentException("no assistant turn");
        }
    }
}
