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
    /** Rows a lane has in the fast mode unless the settings say otherwise, in blocks of the other mode. */
    private static final int FULL_BLOCKS = 2;
    /** One part in so many may be in flight above the usual number, where that spares the last few answers a round of their own. */
    private static final int SLACK = 8;

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

    /** Where rows may stand anywhere: a lane has one block, and rounds of answers are of equal size. */
    static DecodeRoom free(ModelConfig config, Compute compute, SamplingSettings settings, long wanted, int allowed) {
        int block = Generator.block(config, compute);
        int threads = threads(compute, allowed);
        int most = threads * (settings.deterministic() ? block : FULL_BLOCKS * block);
        int rows = rows(settings, wanted, settings.rows() == 0 ? even(wanted, most) : most);
        int lanes = lanes(rows, LANE_ROWS, threads);
        return new DecodeRoom(rows, lanes, SharedPrompts.places(quota(rows, lanes)));
    }

    /** Rows in flight at most, as many in the last round as before if they all take the same time. */
    private static int even(long wanted, int most) {
        long rounds = Math.max(1, (wanted * SLACK + (SLACK + 1L) * most - 1) / ((SLACK + 1L) * most));
        return Math.toIntExact(Math.min((wanted + rounds - 1) / rounds, most + most / SLACK));
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

    /** The same with no more rows than one block of each lane has places. */
    DecodeRoom inOneBlock() {
        return new DecodeRoom(Math.min(rows, lanes * placesOfBlock), lanes, placesOfBlock);
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
