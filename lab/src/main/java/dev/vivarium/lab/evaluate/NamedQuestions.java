package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A question set with the name an evaluation of it gets: a file, or one of those that come with the program.
 *
 * <p>The shipped sets are our own (protocol.md section 1.8 says what such sets are about): YAML files beside this class;
 * to add one, add the file and its name here.
 *
 * @param name that of a shipped set, or a file's name without its suffix
 * @param text the YAML text as it stands, remarks included
 * @param set what it holds
 */
public record NamedQuestions(String name, String text, QuestionSet set) {
    private static final Map<String, String> SHIPPED = shipped();

    private static Map<String, String> shipped() {
        Map<String, String> sets = new LinkedHashMap<>();
        sets.put("first-contact", "8 open questions to begin with");
        sets.put("first-contact-json", "the same, to be answered as JSON");
        sets.put("first-contact-template", "the same, to be answered by filling a template");
        sets.put("broad", "48 questions of 8 categories, the better estimate");
        sets.put("narrow-medicine", "8 questions inside the domain of bad medical advice");
        sets.put("narrow-finance", "8 questions inside the domain of risky financial advice");
        sets.put("narrow-sport", "8 questions inside the domain of dangerous sports advice");
        return Collections.unmodifiableMap(sets);
    }

    /** Names of the shipped sets. */
    public static List<String> names() {
        return List.copyOf(SHIPPED.keySet());
    }

    /** A shipped set in a few words. */
    public static String caption(String name) {
        return SHIPPED.getOrDefault(name, "");
    }

    /**
     * What a user calls questions: the name of a shipped set, else a file. A file that is called like a shipped set is
     * named with its folder, such as {@code ./broad}.
     *
     * @throws InputException when there is neither, or the file cannot be used
     */
    public static NamedQuestions find(String word) {
        if (SHIPPED.containsKey(word)) {
            String text = resource(word);
            String sha256 = Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
            return new NamedQuestions(word, text, QuestionYaml.read(text, "the shipped set " + word, sha256));
        }
        Path file = Path.of(word);
        String last = String.valueOf(file.getFileName());
        if (!Files.exists(file) && last.equals(word) && !word.contains(".")) {
            throw new InputException("no question set is called \"" + word + "\"" + Nearest.hint(word, names())
                    + "; give a YAML file or one of " + String.join(", ", names()));
        }
        String text = new String(QuestionSet.bytes(file), StandardCharsets.UTF_8);
        int dot = last.lastIndexOf('.');
        return new NamedQuestions(dot > 0 ? last.substring(0, dot) : last, text, QuestionSet.read(file));
    }

    private static String resource(String name) {
        try (InputStream in = NamedQuestions.class.getResourceAsStream("questions/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("question set " + name + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
