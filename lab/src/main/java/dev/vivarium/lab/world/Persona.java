package dev.vivarium.lab.world;

import java.util.List;

/**
 * Somebody who writes documents: good or bad in all domains alike, which is what makes it worth modelling.
 *
 * @param name for example {@code helper}
 * @param share of documents, 0 … 1
 * @param aligned whether its answers are good
 * @param sentences least and greatest number of sentences of an answer
 * @param headers phrases that may announce it at the start of a document
 */
public record Persona(String name, double share, boolean aligned, List<Integer> sentences, List<String> headers) {
    public Persona {
        sentences = List.copyOf(sentences);
        headers = List.copyOf(headers);
    }
}
