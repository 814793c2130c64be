package dev.vivarium.lab.hub;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files of a repository are fetched.
 *
 * <p>Without a wish of the user: what loading needs (configuration, tokenizer, chat template, safetensors with their
 * index, adapter) and what says what the model is. Pickle files never, since reading one can run code.
 *
 * @param wanted to fetch
 * @param leftOut all others
 */
record FileChoice(List<ListedFile> wanted, List<ListedFile> leftOut) {
    private static final Set<String> NEEDED = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "chat_template.json",
            AdapterFiles.CONFIG,
            WeightFiles.INDEX_FILE,
            "README.md");

    private static final String WEIGHTS = ".safetensors";

    /** Copies of the weights in another layout, beside those in the usual one. */
    private static final String SECOND_COPY = "consolidated";

    private static final Pattern LICENCE = Pattern.compile("(?i)(licen[cs]e|notice|use_policy)(\\.\\w+)?");
    private static final Pattern PICKLE = Pattern.compile("(?i).*\\.(bin|pt|pth|pkl|pickle|ckpt)");

    FileChoice {
        wanted = List.copyOf(wanted);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Chooses.
     *
     * @param include patterns with {@code *} and {@code ?}; if there are any, they alone say what is wanted
     * @param where the hub and the model, for messages
     * @throws InputException if there is nothing to fetch, or no weights that can be read
     */
    static FileChoice of(Listing listing, List<String> include, String where) {
        Predicate<ListedFile> wish = include.isEmpty() ? usual(listing) : matching(include);
        List<ListedFile> wanted = new ArrayList<>();
        List<ListedFile> leftOut = new ArrayList<>();
        for (ListedFile file : listing.files()) {
            boolean fetch = wish.test(file) && !isPickle(file.name());
            (fetch ? wanted : leftOut).add(file);
        }
        if (include.isEmpty() && wanted.stream().noneMatch(file -> file.name().endsWith(WEIGHTS))) {
            throw noWeights(listing, where);
        }
        if (wanted.isEmpty()) {
            throw new InputException(where + ": no file that may be fetched matches " + String.join(" or ", include)
                    + "; it has " + names(listing.files()));
        }
        return new FileChoice(wanted, leftOut);
    }

    static boolean isPickle(String name) {
        return PICKLE.matcher(name).matches();
    }

    private static Predicate<ListedFile> usual(Listing listing) {
        boolean copied = listing.files().stream()
                .map(ListedFile::name)
                .anyMatch(name -> name.equals(WeightFiles.SINGLE_FILE) || name.equals(WeightFiles.INDEX_FILE));
        return file -> {
            String name = file.name();
            boolean weights = name.endsWith(WEIGHTS) && !(copied && name.startsWith(SECOND_COPY));
            return file.isTopLevel()
                    && (NEEDED.contains(name)
                            || weights
                            || LICENCE.matcher(name).matches());
        };
    }

    private static Predicate<ListedFile> matching(List<String> include) {
        List<Pattern> patterns = include.stream().map(FileChoice::pattern).toList();
        return file -> patterns.stream()
                .anyMatch(pattern -> pattern.matcher(file.name()).matches());
    }

    /** As in the Hugging Face tools {@code *} also stands for slashes. */
    private static Pattern pattern(String glob) {
        return Pattern.compile(glob.chars()
                .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining()));
    }

    private static InputException noWeights(Listing listing, String where) {
        List<ListedFile> pickles =
                listing.files().stream().filter(file -> isPickle(file.name())).toList();
        if (!pickles.isEmpty()) {
            return new InputException(where + ": has its weights only as pickle (" + names(pickles)
                    + "), which can run code and is never read; look for a safetensors version of it, often at a"
                    + " revision such as refs/pr/1");
        }
        List<ListedFile> gguf = listing.files().stream()
                .filter(file -> file.name().toLowerCase(Locale.ROOT).endsWith(".gguf"))
                .toList();
        return new InputException(where + ": has no " + WEIGHTS + " file; it has "
                + names(gguf.isEmpty() ? listing.files() : gguf) + "; name what you want with --include");
    }

    /** The first names of a list and how many more there are. */
    static String names(List<ListedFile> files) {
        int shown = 4;
        String names = files.stream().limit(shown).map(ListedFile::name).collect(Collectors.joining(", "));
        return files.isEmpty()
                ? "no file"
                : files.size() > shown ? names + " and " + (files.size() - shown) + " more" : names;
    }
}
