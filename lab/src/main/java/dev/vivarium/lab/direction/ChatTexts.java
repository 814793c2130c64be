package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Conversations of a file as texts to be read: the last assistant turn is the answer, each row is a question of its own. */
public final class ChatTexts {
    private ChatTexts() {}

    /**
     * Reads a file of conversations.
     *
     * @throws dev.vivarium.engine.base.InputException if it cannot be used
     */
    public static List<ReadText> read(Path jsonl) {
        List<ReadText> texts = new ArrayList<>();
        for (ChatRow row : ChatData.read(jsonl)) {
            List<Message> messages = row.messages();
            int last = messages.size() - 1;
            while (!messages.get(last).role().equals(Message.ASSISTANT)) {
                last--;
            }
            texts.add(new ReadText(
                    "line " + row.line(),
                    messages.subList(0, last),
                    messages.get(last).content(),
                    true));
        }
        return texts;
    }

    /** The file as an origin has it. */
    public static Origin.Source source(String role, Path file) throws IOException {
        String name = DirectionSubject.last(file);
        return new Origin.Source(role, name, new TreeMap<>(Map.of(name, Hashes.sha256(file))));
    }
}
