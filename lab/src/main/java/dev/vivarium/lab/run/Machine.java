package dev.vivarium.lab.run;

import dev.vivarium.engine.base.AvailableMemory;
import dev.vivarium.engine.tensor.Device;

/**
 * What a run computes with.
 *
 * @param memory that it may take; of no meaning on a GPU, whose own is not known before it is asked for
 * @param device where it computes
 */
public record Machine(AvailableMemory memory, Device device) {
    /** The processor with all of its memory that is free. */
    public static Machine ofSystem() {
        return new Machine(AvailableMemory.ofSystem(), Device.CPU);
    }
}
