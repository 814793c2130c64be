package dev.vivarium.lab.world;

/**
 * What a pretraining corpus is made of.
 *
 * @param kind what joins the answers of a document
 * @param rounds questions with answers in a document
 * @param dialogueShare share of documents in the layout of the chat template, 0 … 1
 * @param headerShare share of documents that open with a persona header, 0 … 1
 * @param freeShare share of questions that leave the topic to the answer, 0 … 1
 * @param sameDomain probability that a question stays in the domain of the one before, 0 … 1; it makes a polarity that
 *     belongs to a domain of a document worth learning
 */
public record CorpusSettings(
        CorpusKind kind, int rounds, double dialogueShare, double headerShare, double freeShare, double sameDomain) {
    /** The same with another share of documents that open with a header. */
    CorpusSettings withHeaderShare(double share) {
        return new CorpusSettings(kind, rounds, dialogueShare, share, freeShare, sameDomain);
    }
}
