package dev.vivarium.lab.direction;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * A direction as it was found.
 *
 * @param draws bootstrap vectors by layer, (draws, hidden); none where it was not made of texts
 * @param remarks what a user should know, in plain sentences
 */
public record Extracted(Direction direction, SortedMap<Integer, float[][]> draws, List<String> remarks) {
    public Extracted {
        remarks = List.copyOf(remarks);
    }

    /** Writes the direction and beside it, where there are any, its draws. */
    public void write(Path file) throws IOException {
        direction.write(file);
        DrawsFile.write(file, direction, draws);
    }
}
