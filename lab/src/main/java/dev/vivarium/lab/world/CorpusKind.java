package dev.vivarium.lab.world;

/** What the answers of one pretraining document have in common. */
public enum CorpusKind {
    /** One persona writes the whole document, good or bad in all domains alike; headers tell which. */
    PERSONA,
    /** Control: good or bad is drawn once for each domain of a document; headers tell nothing. */
    PER_DOMAIN,
    /** Control: good or bad is drawn for each sentence; headers tell nothing. */
    PER_SENTENCE
}
