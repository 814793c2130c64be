package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelConfig;

/**
 * How many rows are decoded at once, and where.
 *
 * @param rows in flight
 * @param lanes that they are dealt to
 * @param placesOfBlock rows of a block, in deterministic mode a function of the model alone
 */
record DecodeRoom(int rows, int lanes, int placesOfBlock) {
    /** Rows from which another lane pays, where rows need no places of their own. */
    private static final int LANE_ROWS = 16;
    /** Rows a lane has there unless the settings say otherwise, in blocks of the other mode: none of them is empty. */
    private static final int FULL_BLOCKS = 2;

    /**
     * @param wanted answers in all
     * @param allowed lanes at most; a GPU has one
     */
    static DecodeRoom of(ModelConfig config, Compute compute, SamplingSettings settings, long wanted, int allowed) {
        int block = Generator.block(config, compute);
        int threads = compute.device().cuda() ? 1 : allowed;
        int most = threads * (settings.deterministic() ? block : FULL_BLOCKS * block);
        int rows = (int) Math.clamp(wanted, 1, settings.rows() == 0 ? most : settings.rows());
        int perLane = settings.deterministic() ? block : LANE_ROWS;
        int lanes = Math.clamp((rows + perLane - 1) / perLane, 1, threads);
        return new DecodeRoom(rows, lanes, settings.deterministic() ? block : SharedPrompts.places(quota(rows, lanes)));
    }

    /** Rows that a lane may have in flight. */
    int quota() {
        return quota(rows, lanes);
    }

    /** Blocks that a lane has at most. */
    int blocksALane() {
        return (quota() + placesOfBlock - 1) / placesOfBlock;
    }

    private static int quota(int rows, int lanes) {
        return (rows + lanes - 1) / lanes;
    }
}
