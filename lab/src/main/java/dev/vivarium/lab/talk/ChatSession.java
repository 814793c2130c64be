package dev.vivarium.lab.talk;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.Completion;
import dev.vivarium.engine.generate.GenerationReport;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.generate.TextGenerator.Listener;
import dev.vivarium.engine.generate.TextGenerator.TextAnswer;
import dev.vivarium.engine.generate.TextGenerator.TextRequest;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model in memory, with the adapters of all speakers, and one conversation with it.
 *
 * <p>An answer follows from the conversation, the settings and the number of its turn, thus the same seed gives the same
 * answers again. Speakers asked together are computed in one batch and draw from equal random numbers. Rounding depends on
 * the number of rows and threads (see {@link SamplingSettings#deterministic()}), so an answer given beside another may
 * differ from the one given alone.
 */
public final class ChatSession implements AutoCloseable {
    private final Path directory;
    private final ChatModel model;
    private final Map<Path, Integer> adapters;
    private AdapterScale scale;
    private final Conversation conversation = new Conversation();

    private ChatSession(Path directory, ChatModel model, Map<Path, Integer> adapters, AdapterScale scale) {
        this.directory = directory;
        this.model = model;
        this.adapters = adapters;
        this.scale = scale;
    }

    /** Follows the answers of one turn while they are made. */
    public interface Follower {
        /**
         * Takes a piece of an answer.
         *
         * @param place of the speaker in the list that was asked
         */
        void text(int place, String piece);

        /** Takes the news that an answer is complete. */
        void end(int place);

        /** Whether the answers are still wanted. */
        boolean goesOn();
    }

    /**
     * What became of a question.
     *
     * @param cut whether an answer reached its longest length
     * @param report what it cost
     */
    public record Outcome(boolean cut, GenerationReport report) {}

    /**
     * Loads the model and the adapters.
     *
     * @param scale how strongly all adapters act
     * @param compute number format, and where
     * @throws InputException if a file is missing or an adapter does not fit the model
     */
    public static ChatSession open(Path directory, List<Speaker> speakers, AdapterScale scale, Compute compute) {
        Map<Path, Integer> adapters = new LinkedHashMap<>();
        for (Speaker speaker : speakers) {
            if (speaker.adapter() != null) {
                adapters.putIfAbsent(speaker.adapter(), adapters.size());
            }
        }
        List<ScaledAdapter> scaled = adapters.keySet().stream()
                .map(adapter -> new ScaledAdapter(adapter, scale))
                .toList();
        ChatModel model = ChatModel.openForOne(ModelDirectory.open(directory), scaled, compute);
        return new ChatSession(directory, model, adapters, scale);
    }

    /** How strongly the adapters act. */
    public AdapterScale scale() {
        return scale;
    }

    /**
     * From now on all adapters act so strongly.
     *
     * @throws InputException if the scale names a block that one of them does not change
     */
    public void scale(AdapterScale other) {
        model.scale(other);
        scale = other;
    }

    /** What was said. */
    public Conversation conversation() {
        return conversation;
    }

    /**
     * Asks the next question of the conversation, which grows by it and its answers, those broken off included. A turn
     * that was broken off before anybody said anything is forgotten.
     *
     * @param speakers who answers; all read the conversation as the last of them is to do about the default system turn,
     *     so that they read the same
     * @throws InputException if the conversation does not fit the model; then it stays as it was
     */
    public Outcome ask(String question, List<Speaker> speakers, SamplingSettings settings, Follower follower) {
        List<TextRequest> requests = new ArrayList<>();
        for (int place = 0; place < speakers.size(); place++) {
            Speaker speaker = speakers.get(place);
            List<Message> messages = new ArrayList<>(conversation.messages(speaker.name()));
            messages.add(Message.user(question));
            requests.add(new TextRequest(
                    place,
                    messages,
                    speakers.getLast().defaultSystem(),
                    new int[] {0},
                    adapter(speaker),
                    conversation.length()));
        }
        Map<Integer, TextAnswer> answers = new TreeMap<>();
        SamplingSettings few = settings.withRows(speakers.size()).withDeterministic(false);
        GenerationReport report = model.stream(requests, few, listener(follower), answer -> {
            answers.put(answer.request(), answer);
            follower.end(answer.request());
        });
        Map<String, String> said = new LinkedHashMap<>();
        answers.forEach((place, answer) -> said.put(speakers.get(place).name(), answer.text()));
        boolean silent = said.values().stream().allMatch(String::isEmpty);
        if (!silent || follower.goesOn()) {
            conversation.add(question, said);
        }
        boolean cut = answers.values().stream().anyMatch(answer -> answer.finish() == Completion.Finish.LENGTH);
        return new Outcome(cut, report);
    }

    private int adapter(Speaker speaker) {
        Integer index = speaker.adapter() == null ? Integer.valueOf(AdapterBank.NONE) : adapters.get(speaker.adapter());
        if (index == null) {
            throw new IllegalArgumentException(speaker.name() + " was not loaded");
        }
        return index;
    }

    private static Listener listener(Follower follower) {
        return new Listener() {
            @Override
            public void text(int request, int sample, String piece) {
                follower.text(request, piece);
            }

            @Override
            public boolean goesOn() {
                return follower.goesOn();
            }
        };
    }

    /**
     * Writes the conversation as JSONL, a line for each speaker as it read it, with the settings of now.
     *
     * @throws InputException if nothing was said or the file is there already
     */
    public void save(Path file, SamplingSettings settings) throws IOException {
        if (conversation.length() == 0) {
            throw new InputException("nothing was said yet, so there is nothing to save");
        }
        if (Files.exists(file)) {
            throw new InputException(file + " exists already; choose another name");
        }
        StringBuilder lines = new StringBuilder();
        for (String speaker : conversation.speakers()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("messages", conversation.messages(speaker));
            line.put("model", directory.toString());
            line.put("speaker", speaker);
            if (!scale.equals(AdapterScale.ONE)) {
                line.put("adapter_scale", scale.toString());
            }
            line.put("temperature", settings.temperature());
            line.put("top_p", settings.topP());
            line.put("seed", settings.seed());
            lines.append(Json.line(line)).append('\n');
        }
        AtomicFiles.write(file, out -> out.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        model.close();
    }
}
