package dev.vivarium.engine.capture;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.model.Decoder;

/**
 * Who reads: a decoder, and one of the adapters of a bank or none.
 *
 * @param adapter its number in the bank, or {@link AdapterBank#NONE}
 */
public record CaptureSubject(Decoder decoder, AdapterBank bank, int adapter) {
    public CaptureSubject {
        if (adapter < AdapterBank.NONE || adapter >= bank.size()) {
            throw new IllegalArgumentException("the bank has no adapter " + adapter);
        }
    }
}
