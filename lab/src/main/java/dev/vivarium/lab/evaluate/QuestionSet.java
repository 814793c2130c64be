package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An ordered set of questions and the hash that names it.
 *
 * <p>Files are YAML, a superset of the field's format (protocol.md section 7, "Question YAML"): a list of
 * {@code {id, paraphrases: [text …], system?, samples_per_paraphrase?, meta: {domain: …}}}.
 *
 * @param questions at least one, ids unique, in file order
 * @param samples how many samples the file asks for, by question id; absent where it does not say
 * @param notes what else the file says of a question, by its id; absent where it says nothing
 * @param sha256 hash of the whole file's bytes, or of the bytes {@link #write} would write
 * @param limited {@code first 10 of 128 questions} where the rest was left out, else null; every result says so
 * @param remarks what the file holds that is not used, one sentence each, to be shown to the user
 */
public record QuestionSet(
        List<Question> questions,
        Map<String, Integer> samples,
        Map<String, QuestionNotes> notes,
        String sha256,
        @Nullable String limited,
        List<String> remarks) {
    private static final long MAX_BYTES = 20_000_000;

    public QuestionSet {
        questions = List.copyOf(questions);
        samples = Map.copyOf(samples);
        notes = Map.copyOf(notes);
        remarks = List.copyOf(remarks);
        if (questions.isEmpty()) {
            throw new IllegalArgumentException("a question set needs at least one question");
        }
        Set<String> ids = new HashSet<>();
        for (Question question : questions) {
            if (!ids.add(question.id())) {
                throw new IllegalArgumentException("question id occurs twice: " + question.id());
            }
        }
    }

    /** A set made by a program. */
    public static QuestionSet of(List<Question> questions) {
        byte[] yaml = QuestionWriter.write(questions, Map.of(), Map.of()).getBytes(StandardCharsets.UTF_8);
        return new QuestionSet(questions, Map.of(), Map.of(), Hashes.sha256(yaml), null, List.of());
    }

    /**
     * The same questions, asked in another way: same ids, tags, samples and notes.
     *
     * @param change gives the question to ask instead
     */
    public QuestionSet asked(UnaryOperator<Question> change) {
        List<Question> changed = new ArrayList<>();
        for (Question question : questions) {
            Question other = change.apply(question);
            if (!other.id().equals(question.id()) || !other.tags().equals(question.tags())) {
                throw new IllegalArgumentException("asked in another way, " + question.id() + " is another question");
            }
            changed.add(other);
        }
        byte[] yaml = QuestionWriter.write(changed, samples, notes).getBytes(StandardCharsets.UTF_8);
        return new QuestionSet(changed, samples, notes, Hashes.sha256(yaml), limited, remarks);
    }

    /** The first {@code count} questions, marked as limited; the whole set if it has no more. */
    public QuestionSet first(int count) {
        if (count < 1) {
            throw new InputException("--limit must be at least 1, not " + count);
        }
        if (count >= questions.size()) {
            return this;
        }
        return only(questions.subList(0, count), "first " + count + " of " + questions.size() + " questions");
    }

    /**
     * Some of the questions, marked as limited.
     *
     * @param keep whether a question stays, at least one
     * @param part what they are, such as {@code the tuning half}
     */
    public QuestionSet part(Predicate<Question> keep, String part) {
        List<Question> kept = questions.stream().filter(keep).toList();
        String mark = part + ", " + kept.size() + " of " + questions.size() + " questions";
        return only(kept, limited == null ? mark : mark + " (" + limited + ")");
    }

    private QuestionSet only(List<Question> kept, String mark) {
        Map<String, Integer> asked = new LinkedHashMap<>(samples);
        List<String> ids = kept.stream().map(Question::id).toList();
        asked.keySet().retainAll(ids);
        Map<String, QuestionNotes> noted = new LinkedHashMap<>(notes);
        noted.keySet().retainAll(ids);
        return new QuestionSet(kept, asked, noted, sha256, mark, remarks);
    }

    /**
     * Reads a YAML file.
     *
     * @throws InputException naming file, entry and key when anything is missing, doubled, unknown or of a wrong kind
     */
    public static QuestionSet read(Path file) {
        byte[] bytes = bytes(file);
        return QuestionYaml.read(new String(bytes, StandardCharsets.UTF_8), file.toString(), Hashes.sha256(bytes));
    }

    /** The bytes of a question file, or an input error. */
    static byte[] bytes(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such question file; `vivarium questions list` shows those that come"
                    + " with the program, `vivarium world questions` writes those of the mini world");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new InputException(file + ": larger than 20 MB, which is no question file");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Writes the set atomically; {@link #read} gives the same questions back. */
    public void write(Path file) throws IOException {
        AtomicFiles.writeString(file, QuestionWriter.write(questions, samples, notes));
    }

    /** Samples the file asks for, if it says so. */
    public OptionalInt samplesOf(Question question) {
        Integer asked = samples.get(question.id());
        return asked == null ? OptionalInt.empty() : OptionalInt.of(asked);
    }

    /** What else the file says of a question. */
    public QuestionNotes notesOf(Question question) {
        return notes.getOrDefault(question.id(), QuestionNotes.NONE);
    }

    /** The questions by id, in file order. */
    public Map<String, Question> byId() {
        Map<String, Question> map = new LinkedHashMap<>();
        for (Question question : questions) {
            map.put(question.id(), question);
        }
        return map;
    }
}
