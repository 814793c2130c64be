package dev.vivarium.lab.inspect;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.text.AddedToken;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.DefaultTurn;
import dev.vivarium.engine.text.VocabularySummary;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a model directory holds. No weight is read.
 *
 * @param path the directory
 * @param shape the decoder's sizes
 * @param parameters values of the decoder, tied embeddings counted once
 * @param files weight files and their bytes
 * @param dtypes values of the checkpoint by stored type
 * @param tensors its tensors by kind
 * @param tokenizer the vocabulary; absent without {@code tokenizer.json}
 * @param endTokens ids that end an answer, with their spelling where it is known
 * @param chat the chat template; absent without one
 * @param memory bytes of weights in memory by number format
 * @param remarks what does not fit together or is missing, in plain sentences
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ModelInspection(
        String path,
        DecoderShape shape,
        long parameters,
        SortedMap<String, Long> files,
        SortedMap<String, Long> dtypes,
        List<TensorKind> tensors,
        @Nullable Vocabulary tokenizer,
        Map<Integer, String> endTokens,
        @Nullable Chat chat,
        Map<String, Long> memory,
        List<String> remarks) {

    /**
     * @param size one more than the largest id
     * @param special spelling of the special tokens by id
     * @param added other tokens that are matched as a whole
     */
    public record Vocabulary(int size, Map<Integer, String> special, int added) {}

    /**
     * @param sha256 of the template's text
     * @param source that text
     * @param defaultSystem what the system turn says that it puts before conversations without one; absent if there is
     *     none, or if it cannot be told
     * @param told whether it can be told
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Chat(
            String sha256,
            @JsonIgnore String source,
            @Nullable String defaultSystem,
            boolean told) {}

    /**
     * Reads configuration, tokenizer, template and the headers of the weights.
     *
     * @throws InputException if there is no model, one that is not supported, or a file that is torn
     */
    public static ModelInspection of(Path directory) throws IOException {
        ModelDirectory model = ModelDirectory.open(directory);
        ModelConfig config = model.config();
        List<String> remarks = new ArrayList<>();
        SortedMap<String, Long> files = new TreeMap<>();
        SortedMap<String, Long> dtypes = new TreeMap<>();
        List<TensorKind> tensors;
        try (WeightFiles weights = WeightFiles.open(directory)) {
            for (Path file : weights.files()) {
                files.put(String.valueOf(file.getFileName()), Files.size(file));
            }
            tensors = TensorKind.of(weights);
        }
        tensors.forEach(kind -> dtypes.merge(kind.dtype(), kind.values(), Long::sum));
        remarks.addAll(model.remarks());
        try {
            model.checkWeights();
        } catch (InputException e) {
            remarks.add(String.valueOf(e.getMessage()));
        }
        Optional<VocabularySummary> vocabulary = VocabularySummary.read(directory);
        if (vocabulary.isEmpty()) {
            remarks.add("there is no tokenizer.json, so texts cannot be turned into tokens");
        } else if (vocabulary.get().size() > config.vocabSize()) {
            remarks.add("the tokenizer has ids up to " + (vocabulary.get().size() - 1)
                    + ", but the model's vocab_size is " + config.vocabSize());
        }
        Chat chat = chat(directory, remarks);
        Map<Integer, String> ends = new LinkedHashMap<>();
        config.eosTokenIds()
                .forEach(id ->
                        ends.put(id, vocabulary.flatMap(v -> v.spelling(id)).orElse("")));
        if (ends.isEmpty()) {
            remarks.add(
                    "neither config.json nor generation_config.json names an eos_token_id, so answers end by length");
        }
        return new ModelInspection(
                directory.toString(),
                DecoderShape.of(config),
                config.parameters(),
                files,
                dtypes,
                tensors,
                vocabulary.map(ModelInspection::vocabulary).orElse(null),
                ends,
                chat,
                memory(config),
                remarks);
    }

    private static Map<String, Long> memory(ModelConfig config) {
        Map<String, Long> memory = new LinkedHashMap<>();
        memory.put("float32", config.parameters() * Precision.FLOAT32.bytes());
        memory.put("bfloat16", config.parameters() * Precision.BFLOAT16.bytes());
        return memory;
    }

    private static Vocabulary vocabulary(VocabularySummary summary) {
        Map<Integer, String> special = new LinkedHashMap<>();
        int added = 0;
        for (AddedToken token : summary.added()) {
            if (token.special()) {
                special.put(token.id(), token.content());
            } else {
                added++;
            }
        }
        return new Vocabulary(summary.size(), special, added);
    }

    private static @Nullable Chat chat(Path directory, List<String> remarks) {
        ChatTemplate template;
        try {
            template = ChatTemplate.load(directory);
        } catch (InputException e) {
            remarks.add(String.valueOf(e.getMessage()));
            return null;
        }
        Optional<DefaultTurn> turn = template.defaultTurn();
        if (turn.isEmpty()) {
            remarks.add("whether the chat template has a default system turn cannot be told");
        }
        return new Chat(
                Hashes.sha256(template.source()),
                template.source(),
                turn.filter(DefaultTurn::exists).map(DefaultTurn::content).orElse(null),
                turn.isPresent());
    }
}
