package dev.vivarium.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * Java threads that compute side by side, each with kernels of one thread.
 *
 * <p>A second thread inside a kernel pays for large products only: waking it for each small one costs more than it helps.
 * Two lanes that each work through whole micro-batches or blocks of rows need no waking. What a lane computes does not
 * depend on how many lanes there are, because its kernels always run on one thread.
 */
public final class Lanes implements AutoCloseable {
    private final int count;
    private final ExecutorService workers;

    private Lanes(int count) {
        this.count = count;
        this.workers = Executors.newFixedThreadPool(
                count,
                task -> Thread.ofPlatform().name("lane").daemon().unstarted(() -> {
                    torch.set_num_threads(1); // of this thread; others keep theirs
                    task.run();
                }));
    }

    /** So many lanes, one or more. */
    public static Lanes open(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("lanes: " + count);
        }
        return new Lanes(count);
    }

    public int count() {
        return count;
    }

    /**
     * Runs a task in every lane and waits for all; each runs in a scope of its own.
     *
     * @param task gets the number of its lane; it should come to its end soon when another lane has failed
     * @throws RuntimeException what the first lane that failed threw
     */
    public void run(IntConsumer task) {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int lane = 0; lane < count; lane++) {
            int number = lane;
            tasks.add(() -> {
                try (PointerScope scope = new PointerScope()) {
                    task.accept(number);
                }
                return null;
            });
        }
        // OpenBLAS has threads of its own, and one number of them for the whole process
        int before = openblas_nolapack.blas_get_num_threads();
        openblas_nolapack.blas_set_num_threads(1);
        try {
            await(tasks.stream().map(workers::submit).toList());
        } finally {
            openblas_nolapack.blas_set_num_threads(before);
        }
    }

    /** Native work cannot be cut off, so an interrupt is kept for the caller until all lanes have ended. */
    private static void await(List<Future<Void>> futures) {
        boolean interrupted = false;
        Throwable failure = null;
        for (Future<Void> future : futures) {
            for (boolean waiting = true; waiting; ) {
                try {
                    future.get();
                    waiting = false;
                } catch (InterruptedException _) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    waiting = false;
                    if (failure == null) {
                        failure = e.getCause();
                    } else if (e.getCause() != failure) {
                        failure.addSuppressed(e.getCause());
                    }
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
