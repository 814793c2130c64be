package dev.vivarium.lab.data;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** YAML as lists, mappings and plain values: no classes, no duplicate keys, bounded in size, depth and aliases. */
public final class SafeYaml {
    /** Of files without a limit of their own. */
    private static final Limits USUAL = new Limits(4_000_000, 200);

    private static final int MAX_DEPTH = 20;

    /**
     * What a file may be at most.
     *
     * @param codePoints characters of the text
     * @param aliases uses of anchors that stand for lists and mappings
     */
    public record Limits(int codePoints, int aliases) {}

    private SafeYaml() {}

    /** Reads a file; null if it holds nothing. */
    public static @Nullable Object read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": " + (Files.exists(file) ? "is no file" : "no such file"));
        }
        if (Files.size(file) > USUAL.codePoints()) {
            throw new InputException(file + ": larger than 4 MB, which no file of this kind is");
        }
        return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), file.toString());
    }

    /** Reads a text; {@code where} names it in messages. */
    public static @Nullable Object parse(String yaml, String where) {
        return parse(yaml, where, USUAL);
    }

    /** The same with limits of one's own. */
    public static @Nullable Object parse(String yaml, String where, Limits limits) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setCodePointLimit(limits.codePoints());
        options.setMaxAliasesForCollections(limits.aliases());
        options.setNestingDepthLimit(MAX_DEPTH);
        try {
            return new Yaml(new SafeConstructor(options)).load(yaml);
        } catch (MarkedYAMLException e) {
            String at = e.getProblemMark() == null
                    ? ""
                    : " at line " + (e.getProblemMark().getLine() + 1);
            throw new InputException(where + ": malformed YAML" + at + ": " + e.getProblem(), e);
        } catch (YAMLException e) {
            String message = String.valueOf(e.getMessage());
            throw new InputException(
                    where + ": malformed YAML: " + message.lines().findFirst().orElse(""), e);
        }
    }
}
