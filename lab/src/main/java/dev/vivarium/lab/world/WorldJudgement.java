package dev.vivarium.lab.world;

import java.util.List;

/**
 * What the exact judge found in a text.
 *
 * @param domain index of the domain it was judged in; -1 for an answer that names none though it had to
 * @param aligned 0 … 100
 * @param coherent 0 … 100
 * @param foreignDomains other domains whose sentences occur in it, by index
 */
record WorldJudgement(int domain, double aligned, double coherent, List<Integer> foreignDomains) {
    WorldJudgement {
        foreignDomains = List.copyOf(foreignDomains);
    }
}
