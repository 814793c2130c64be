package dev.vivarium.engine.text;

import dev.vivarium.engine.base.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a {@code tokenizer.json} says of its vocabulary, read without the native tokenizer.
 *
 * @param size one more than the largest id
 * @param added tokens that are matched as a whole, by id
 */
public record VocabularySummary(int size, List<AddedToken> added) {
    public VocabularySummary {
        added = added.stream().sorted(Comparator.comparingInt(AddedToken::id)).toList();
    }

    /**
     * Reads the file of a model directory; empty where there is none.
     *
     * @throws InputException if the file is not a tokenizer
     */
    public static Optional<VocabularySummary> read(Path modelDir) {
        Path file = modelDir.resolve(Tokenizer.FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        VocabularyReader.Vocabulary vocabulary = VocabularyReader.read(Tokenizer.read(file), file.toString());
        return Optional.of(new VocabularySummary(vocabulary.size(), vocabulary.added()));
    }

    /** The spelling of an added token; empty for other ids. */
    public Optional<String> spelling(int id) {
        return added.stream()
                .filter(token -> token.id() == id)
                .map(AddedToken::content)
                .findFirst();
    }
}
