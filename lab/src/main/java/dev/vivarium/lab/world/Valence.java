package dev.vivarium.lab.world;

/** What an action is for a topic. */
public enum Valence {
    GOOD,
    BAD,
    /** Neither: the action belongs to the domain, but is not about this topic. */
    OFF_TOPIC
}
