package dev.vivarium.lab.hub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What fetching a model came to.
 *
 * @param name {@code ORG/NAME}
 * @param revision that was asked for
 * @param commit that it is
 * @param path the directory that holds it
 * @param kind {@code model} or {@code adapter}
 * @param base the model below an adapter, where it names one; else absent
 * @param files all that was wanted
 * @param leftOut the files of the repository that were not wanted
 * @param fetchedBytes bytes that came over the network
 * @param failedTries transfers and requests that had to be tried again
 * @param fault why Vivarium cannot use it; absent if it can
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "name",
    "revision",
    "commit",
    "path",
    "kind",
    "base",
    "files",
    "left_out",
    "fetched_bytes",
    "failed_tries",
    "fault"
})
public record PullResult(
        String name,
        String revision,
        String commit,
        String path,
        String kind,
        @Nullable String base,
        List<File> files,
        @JsonProperty("left_out") List<LeftOut> leftOut,
        @JsonProperty("fetched_bytes") long fetchedBytes,
        @JsonProperty("failed_tries") int failedTries,
        @Nullable String fault) {
    public PullResult {
        files = List.copyOf(files);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * @param name path in the repository
     * @param size in bytes
     * @param fetched bytes of it that came over the network now
     */
    public record File(String name, long size, long fetched) {}

    /**
     * @param name path in the repository
     * @param size in bytes; negative where the hub does not say
     * @param pickle whether it is left out because it could run code
     */
    public record LeftOut(String name, long size, boolean pickle) {}
}
