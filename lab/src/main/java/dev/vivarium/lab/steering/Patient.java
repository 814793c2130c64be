package dev.vivarium.lab.steering;

import dev.vivarium.lab.direction.DirectionSubject;

/**
 * A model that answers.
 *
 * @param role part of a directory's name
 */
public record Patient(String role, DirectionSubject subject) {
    /** The name for people. */
    public String name() {
        return subject.name();
    }
}
