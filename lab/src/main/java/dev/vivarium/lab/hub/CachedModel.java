package dev.vivarium.lab.hub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model or adapter in the cache, for lists.
 *
 * @param name what to type to get it
 * @param refs branches and tags that mean this commit; none for one that only its commit names
 * @param commit the commit
 * @param kind {@code model} or {@code adapter}
 * @param bytes of its files
 * @param path its directory
 * @param usable whether Vivarium can use it
 * @param reason why not; absent if it can
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"name", "refs", "commit", "kind", "bytes", "path", "usable", "reason"})
public record CachedModel(
        String name,
        List<String> refs,
        String commit,
        String kind,
        long bytes,
        String path,
        boolean usable,
        @Nullable String reason) {
    public CachedModel {
        refs = List.copyOf(refs);
    }

    /** Everything in a cache, by name; looks into configurations and headers, not into weights. */
    public static List<CachedModel> list(HubCache cache) throws IOException {
        List<CachedModel> models = new ArrayList<>();
        for (ModelName name : cache.names()) {
            Map<String, String> refs = cache.refs(name);
            for (Snapshot snapshot : cache.snapshots(name)) {
                List<String> own = refs.entrySet().stream()
                        .filter(ref -> ref.getValue().equals(snapshot.commit()))
                        .map(Map.Entry::getKey)
                        .toList();
                models.add(of(cache, name, snapshot.commit(), own));
            }
        }
        return models;
    }

    private static CachedModel of(HubCache cache, ModelName name, String commit, List<String> refs) throws IOException {
        String revision = refs.contains(ModelName.MAIN) ? null : refs.isEmpty() ? commit : refs.getFirst();
        Snapshot snapshot = new Snapshot(cache, new ModelName(name.repository(), revision), commit);
        String fault = snapshot.fault();
        return new CachedModel(
                snapshot.name().toString(),
                refs,
                commit,
                snapshot.kind(),
                snapshot.sizes().values().stream().mapToLong(Long::longValue).sum(),
                snapshot.directory().toString(),
                fault == null,
                fault);
    }
}
