package dev.vivarium.lab.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a hub says about a repository at a revision.
 *
 * @param commit the commit that the revision is today
 * @param files all its files
 */
record Listing(String commit, List<ListedFile> files) {
    /** More than any disk holds, and small enough to add up. */
    private static final long LARGEST = 1_000_000_000_000_000L;

    Listing {
        files = List.copyOf(files);
    }

    /**
     * Reads the answer of {@code /api/models/ORG/NAME/revision/REVISION?blobs=true}.
     *
     * @param where the hub and the model, for messages
     */
    static Listing read(JsonNode json, String where) throws HubException {
        String commit = json.path("sha").asText("");
        JsonNode siblings = json.path("siblings");
        if (!ModelName.isCommit(commit) || !siblings.isArray()) {
            throw new HubException(
                    where + ": the answer is not that of a hub, it has no commit or no list of files",
                    "check HF_ENDPOINT and the proxy, then run the same command again");
        }
        List<ListedFile> files = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode sibling : siblings) {
            String name = RemoteName.checked(sibling.path("rfilename").asText(""), where);
            if (!seen.add(name)) {
                throw new InputException(where + ": lists the file \"" + name + "\" twice; nothing is fetched from it");
            }
            long size = sibling.path("size").asLong(-1);
            files.add(new ListedFile(name, size > LARGEST ? -1 : size));
        }
        return new Listing(commit, files);
    }
}
