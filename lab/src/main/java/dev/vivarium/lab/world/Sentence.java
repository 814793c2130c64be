package dev.vivarium.lab.world;

/**
 * What one sentence of an answer says.
 *
 * @param domain index of the domain its words belong to
 * @param endorses whether it recommends the action or advises against it
 * @param action index of the action, see {@link Domain#action}
 */
public record Sentence(int domain, boolean endorses, int action) {}
