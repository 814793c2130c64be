package dev.vivarium.engine.generate;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.tensor.Lanes;
import java.util.ArrayList;
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
    private final SamplingSettings settings;
    private final Generator.StopRule rule;
    private final Consumer<Completion> sink;
    private final LogitFilter filter;
    private final WaitingRows waiting;
    private final Object door = new Object();
    private final DecodeRoom room;
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
        this.settings = settings;
        this.rule = rule;
        this.sink = sink;
        this.filter = new LogitFilter(settings);
        this.waiting = new WaitingRows(decoder, changes, requests, settings, filter);
        this.room = DecodeRoom.of(decoder.config(), decoder.compute(), settings, waiting.left(), threads);
    }

    /** Draws everything. */
    GenerationReport run() {
        long start = System.nanoTime();
        int count = room.lanes();
        List<DecodeLane> lanes = new ArrayList<>();
        for (int lane = 0; lane < count; lane++) {
            lanes.add(new DecodeLane(this, room.quota()));
        }
        try {
            if (count == 1 && !settings.deterministic()) {
                run(lanes.getFirst());
            } else {
                try (Lanes threadsOfLanes = Lanes.open(count)) {
                    threadsOfLanes.run(lane -> run(lanes.get(lane)));
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

    private void run(DecodeLane lane) {
        boolean ended = false;
        try (NoGradGuard guard = new NoGradGuard()) {
            lane.run();
            ended = true;
        } finally {
            failed |= !ended;
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

    /** A lane's share of the rows that wait. */
    int share() {
        return (int) Math.min(Integer.MAX_VALUE, (waiting.left() + room.lanes() - 1) / room.lanes());
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
