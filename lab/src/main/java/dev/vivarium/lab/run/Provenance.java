package dev.vivarium.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.vivarium.lab.hub.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code provenance.json}: what a run was made from and on, enough to make it again.
 *
 * @param kind always {@value #KIND}; tells a run directory from any other
 * @param schema version of the run directory's layout
 * @param vivarium version of the program
 * @param started when the run began, UTC, ISO 8601
 * @param recipeSha256 of {@code recipe.yaml}
 * @param seed root of all random streams
 * @param base hashes of the base model's files
 * @param data the data files that were read
 * @param host the machine, without names
 * @param sessions one entry for the beginning and for each time the run was resumed
 * @param chat how conversations became text; absent in runs of older versions
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
    "kind",
    "schema",
    "vivarium",
    "started",
    "recipe_sha256",
    "seed",
    "base",
    "chat",
    "data",
    "host",
    "sessions"
})
public record Provenance(
        String kind,
        int schema,
        String vivarium,
        String started,
        @JsonProperty("recipe_sha256") String recipeSha256,
        long seed,
        Base base,
        List<DataFile> data,
        HostFacts host,
        List<Session> sessions,
        @Nullable Chat chat) {
    static final String KIND = "vivarium run";

    /** The layout this program writes and reads. */
    static final int SCHEMA = 1;

    public Provenance {
        data = List.copyOf(data);
        sessions = List.copyOf(sessions);
    }

    /**
     * @param path as in the recipe
     * @param commit of a model that was named {@code ORG/NAME}; absent for a directory
     * @param files file name to SHA-256
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Base(String path, @Nullable String commit, SortedMap<String, String> files) {

        /** What to look for to get the same model again, whatever its branch means by now. */
        public String exactly() {
            return ModelName.parse(path)
                    .filter(_ -> commit != null)
                    .map(name -> name.at(commit).toString())
                    .orElse(path);
        }
    }

    /**
     * @param templateSha256 of the Jinja text
     * @param defaultSystem {@code keep} or {@code drop}: what happened to the template's own system turn
     * @param defaultSystemTurn what that turn says; absent where the template has none or where it cannot be told
     * @param generationPromptQuirk as in the recipe
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Chat(
            @JsonProperty("template_sha256") String templateSha256,
            @JsonProperty("default_system") String defaultSystem,
            @JsonProperty("default_system_turn") @Nullable String defaultSystemTurn,
            @JsonProperty("generation_prompt_quirk") boolean generationPromptQuirk) {}

    /**
     * @param role {@code train}, {@code test}, {@code kl}, {@code init} for an adapter that training went on from, or
     *     {@code direction} for one that acted while it learnt
     * @param path as in the recipe
     * @param rows conversations in the file; 0 where it holds none
     * @param unusedKeys keys of its lines that were not looked at, with counts
     */
    public record DataFile(
            String role,
            String path,
            String sha256,
            int rows,
            @JsonProperty("unused_keys") SortedMap<String, Integer> unusedKeys) {}

    /**
     * @param time UTC, ISO 8601
     * @param fromStep steps that were done already
     * @param host the machine, if it is not the one the run began on; then bitwise equality is not promised
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Session(
            String time,
            @JsonProperty("from_step") int fromStep,
            @Nullable HostFacts host) {}

    /** The same with one more session. */
    Provenance with(Session session) {
        List<Session> more = new ArrayList<>(sessions);
        more.add(session);
        return new Provenance(kind, schema, vivarium, started, recipeSha256, seed, base, data, host, more, chat);
    }
}
