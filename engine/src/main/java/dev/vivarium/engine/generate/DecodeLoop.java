package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.tensor.Lanes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * One call of {@link Generator#generate}: what its lanes share.
 *
 * <p>In deterministic mode rows are always decoded in {@link Lanes}, even in one, so that kernels run on one thread whatever
 * the machine; otherwise few rows are decoded on the calling thread, with all threads in the kernels.
 */
final class DecodeLoop {
    private final Decoder decoder;
    private final RowChanges changes;
    private final List<Request> requests;
    private final SamplingSettings settings;
    private final Generator.StopRule rule;
    private final Consumer<Completion> sink;
    private final LogitFilter filter;
    private final WaitingRows waiting;
    private final Object door = new Object();
    private final DecodeRoom freeRoom;
    private DecodeRoom room;
    private long[] rest = {}; // by lane, tokens that its rows may still get
    private RowFreedom freedom = RowFreedom.NONE;
    private volatile boolean failed;

    /**
     * @param threads lanes at most
     */
    DecodeLoop(
            Decoder decoder,
            RowChanges changes,
            List<Request> requests,
            SamplingSettings settings,
            Generator.StopRule rule,
            Consumer<Completion> sink,
            int threads) {
        this.decoder = decoder;
        this.changes = changes;
        this.requests = requests;
        this.settings = settings;
        this.rule = rule;
        this.sink = sink;
        this.filter = new LogitFilter(settings);
        this.waiting = new WaitingRows(decoder, changes, requests, settings, filter);
        this.freeRoom = DecodeRoom.free(decoder.config(), decoder.compute(), settings, waiting.left(), threads);
        this.room = settings.deterministic()
                ? DecodeRoom.fixed(decoder.config(), decoder.compute(), settings, waiting.left(), threads)
                : freeRoom;
    }

    /** Draws everything. */
    GenerationReport run() {
        long start = System.nanoTime();
        List<DecodeLane> lanes = new ArrayList<>();
        try {
            if (room.lanes() == 1 && !settings.deterministic()) {
                openLanes(lanes);
                run(lanes.getFirst());
            } else {
                try (Lanes threadsOfLanes = Lanes.open(Math.max(room.lanes(), freeRoom.lanes()))) {
                    if (settings.deterministic()) {
                        // in a thread that decodes: others round otherwise, and keep memory of their own
                        threadsOfLanes.run(this::tryRows);
                    }
                    openLanes(lanes);
                    threadsOfLanes.run(lane -> run(lanes, lane));
                }
            }
        } finally {
            lanes.forEach(DecodeLane::close);
            waiting.close();
        }
        return new GenerationReport(
                lanes.stream().mapToInt(DecodeLane::answers).sum(),
                waiting.promptTokens(),
                lanes.stream().mapToLong(DecodeLane::newTokens).sum(),
                lanes.stream().mapToLong(DecodeLane::passes).sum(),
                (System.nanoTime() - start) * 1e-9,
                settings.deterministic());
    }

    private void openLanes(List<DecodeLane> lanes) {
        rest = new long[room.lanes()];
        for (int lane = 0; lane < room.lanes(); lane++) {
            lanes.add(new DecodeLane(this, lane, room.quota()));
        }
    }

    private void run(List<DecodeLane> lanes, int lane) {
        if (lane < lanes.size()) {
            run(lanes.get(lane));
        }
    }

    private void run(DecodeLane lane) {
        boolean ended = false;
        try (NoGradGuard guard = new NoGradGuard()) {
            lane.run();
            ended = true;
        } finally {
            failed |= !ended;
        }
    }

    /** Lets rows stand anywhere if the answers stay the same. */
    private void tryRows(int lane) {
        int usual = room.placesOfBlock();
        if (lane == 0 && RowFreedom.worthTrying(freeRoom, usual, waiting.left(), settings.maxNewTokens())) {
            freedom = RowFreedom.tried(decoder, changes, requests, freeRoom.placesOfBlock(), usual);
            room = freedom.any() ? freeRoom : room;
        }
    }

    /** What must be held to touch {@link #waiting} or {@link #sink}. */
    Object door() {
        return door;
    }

    WaitingRows waiting() {
        return waiting;
    }

    Consumer<Completion> sink() {
        return sink;
    }

    /** Whether a lane has failed, so that the others need not go on. */
    boolean failed() {
        return failed;
    }

    Decoder decoder() {
        return decoder;
    }

    RowChanges changes() {
        return changes;
    }

    SamplingSettings settings() {
        return settings;
    }

    Generator.StopRule rule() {
        return rule;
    }

    LogitFilter filter() {
        return filter;
    }

    /** What deterministic answers allow; {@link RowFreedom#NONE} where that was not tried. */
    RowFreedom freedom() {
        return freedom;
    }

    /**
     * Whether a lane is to take one more row: not if the others would have nothing left to do before it. To be asked while
     * holding {@link #door}.
     *
     * @param tokens that the lane's rows may still get
     */
    boolean due(int lane, long tokens) {
        rest[lane] = tokens;
        long all = Arrays.stream(rest).sum() + waiting.left() * settings.maxNewTokens();
        return tokens == 0 || tokens + settings.maxNewTokens() / 2 <= all / rest.length;
    }

    int rowsOfBlock() {
        return room.placesOfBlock();
    }

    /** An empty block. */
    RowBlock block(int places) {
        return new RowBlock(decoder, changes, places);
    }

    /** New tokens a row may get. */
    int limit(int promptLength) {
        return Math.min(settings.maxNewTokens(), decoder.config().maxPositions() - promptLength);
    }
}
