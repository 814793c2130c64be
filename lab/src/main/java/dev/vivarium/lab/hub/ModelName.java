package dev.vivarium.lab.hub;

import dev.vivarium.engine.base.InputException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a repository on a hub, {@code ORG/NAME} or {@code ORG/NAME@REVISION}.
 *
 * @param repository {@code ORG/NAME}
 * @param revision branch, tag or commit; null where the user named none
 */
public record ModelName(String repository, @Nullable String revision) {
    /** What hubs call the newest state of a repository. */
    public static final String MAIN = "main";

    private static final int LONGEST = 96;
    private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?";
    private static final Pattern REPOSITORY = Pattern.compile(PART + "/" + PART);
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final String FOLDER = "models--";

    public ModelName {
        if (!isRepository(repository)) {
            throw new IllegalArgumentException("not ORG/NAME: " + repository);
        }
        if (revision != null && !isRevision(revision)) {
            throw new IllegalArgumentException("not a revision: " + revision);
        }
    }

    /** The name in a word that has the shape of one; says nothing about whether such a repository exists. */
    public static Optional<ModelName> parse(String word) {
        int at = word.indexOf('@');
        String repository = at < 0 ? word : word.substring(0, at);
        String revision = at < 0 ? null : word.substring(at + 1);
        return isRepository(repository) && (revision == null || isRevision(revision))
                ? Optional.of(new ModelName(repository, revision))
                : Optional.empty();
    }

    /**
     * The name in a word that must be one.
     *
     * @throws InputException if it is not
     */
    public static ModelName of(String word) {
        return parse(word)
                .orElseThrow(() -> new InputException("\"" + word
                        + "\" is no name of a model on a hub; write ORG/NAME or ORG/NAME@REVISION, such as"
                        + " Qwen/Qwen2.5-0.5B-Instruct"));
    }

    /** Whether a revision is a full commit, which never changes. */
    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    private static boolean isRepository(String word) {
        int slash = word.indexOf('/');
        return REPOSITORY.matcher(word).matches()
                && slash <= LONGEST
                && word.length() - slash - 1 <= LONGEST
                && !word.contains("--")
                && !word.contains("..")
                && !word.endsWith(".git");
    }

    static boolean isRevision(String word) {
        return word.length() <= 200 && REVISION.matcher(word).matches() && !word.contains("..");
    }

    /** The revision, or {@value #MAIN} where the user named none. */
    String revisionOrMain() {
        return revision == null ? MAIN : revision;
    }

    /** The part behind the slash. */
    public String name() {
        return repository.substring(repository.indexOf('/') + 1);
    }

    /** The same repository at another revision; null for none. */
    public ModelName at(@Nullable String other) {
        return new ModelName(repository, other);
    }

    /** The folder of this repository in a cache. */
    String folder() {
        return FOLDER + repository.replace("/", "--");
    }

    /** The name that belongs to a folder of a cache; empty for data sets and what else lies there. */
    static Optional<ModelName> ofFolder(String folder) {
        return folder.startsWith(FOLDER)
                ? parse(folder.substring(FOLDER.length()).replaceFirst("--", "/"))
                : Optional.empty();
    }

    /** What the user may type to get this. */
    @Override
    public String toString() {
        return revision == null ? repository : repository + "@" + revision;
    }

    /** The command that fetches this. */
    String pullCommand() {
        return "vivarium pull " + this;
    }
}
