package dev.vivarium.lab.steering;

import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import org.jspecify.annotations.Nullable;

/**
 * A case and what came of it.
 *
 * @param change against the same model as it is, paired by question; null for that one itself
 */
public record Result(Case of, FileScore score, @Nullable Paired change) {}
