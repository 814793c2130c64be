package dev.vivarium.lab.likelihood;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.text.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A question with a good and a bad answer; one line of a file of pairs.
 *
 * @param questionId the unit of inference; several pairs may share it
 * @param system the system turn, null for what the chat template does without one
 * @param tags what it is about; results are also stated by tag
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Pair(
        String questionId,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String system,
        String question,
        String good,
        String bad,
        Map<String, String> tags) {
    public Pair {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.system(system));
        }
        messages.add(Message.user(question));
        return messages;
    }
}
