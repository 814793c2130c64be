package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelConfig;

/**
 * How many rows are decoded at once, and where.
 *
 * @param rows in flight
 * @param lanes that they are dealt to
 * @param placesOfBlock rows of a block
 */
record DecodeRoom(int rows, int lanes, int placesOfBlock) {
    /** Rows from which another lane pays, where rows need no places of their own. */
    private static final int LANE_ROWS = 16;
    /** Blocks' worth of rows that a GPU has in flight in the fast mode, unless the settings say otherwise. */
    private static final int GPU_BLOCKS = 2;

    /**
     * Where rows have places of their own: blocks are a function of the model alone.
     *
     * @param wanted answers in all
     * @param allowed lanes at most; a GPU has one
     */
    static DecodeRoom fixed(ModelConfig config, Compute compute, SamplingSettings settings, long wanted, int allowed) {
        int block = Generator.block(config, compute);
        int threads = threads(compute, allowed);
        int rows = rows(settings, wanted, threads * block);
        return new DecodeRoom(rows, lanes(rows, block, threads), block);
    }

    /** Where rows may stand anywhere: a lane has one block. */
    static DecodeRoom free(ModelConfig config, Compute compute, SamplingSettings settings, long wanted, int allowed) {
        int block = Generator.block(config, compute);
        int threads = threads(compute, allowed);
        int most = threads * block * (compute.device().cuda() && !settings.deterministic() ? GPU_BLOCKS : 1);
        int rows = rows(settings, wanted, most);
        int lanes = lanes(rows, LANE_ROWS, threads);
        return new DecodeRoom(rows, lanes, SharedPrompts.places(quota(rows, lanes)));
    }

    private static int rows(SamplingSettings settings, long wanted, int most) {
        return (int) Math.clamp(wanted, 1, settings.rows() == 0 ? most : settings.rows());
    }

    private static int threads(Compute compute, int allowed) {
        return compute.device().cuda() ? 1 : allowed;
    }

    private static int lanes(int rows, int rowsOfLane, int threads) {
        return Math.clamp((rows + rowsOfLane - 1) / rowsOfLane, 1, threads);
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
