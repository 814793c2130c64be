package dev.vivarium.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.junit.jupiter.api.Test;

class LanesTest {
    @Test
    void lanesRunSideBySideEachWithKernelsOfOneThread() {
        int before = openblas_nolapack.blas_get_num_threads();
        int callers = Torch.threads();
        try (Lanes lanes = Lanes.open(3)) {
            AtomicIntegerArray threads = new AtomicIntegerArray(3);
            AtomicIntegerArray blas = new AtomicIntegerArray(3);
            CountDownLatch all = new CountDownLatch(3);
            lanes.run(lane -> {
                threads.set(lane, Torch.threads());
                blas.set(lane, openblas_nolapack.blas_get_num_threads());
                all.countDown();
                await(all); // would never end if one lane waited for another
            });
            for (int lane = 0; lane < 3; lane++) {
                assertThat(threads.get(lane)).isEqualTo(1);
                assertThat(blas.get(lane)).isEqualTo(1);
            }
        }
        assertThat(openblas_nolapack.blas_get_num_threads()).isEqualTo(before);
        assertThat(Torch.threads()).isEqualTo(callers);
    }

    @Test
    void whatALaneThrowsReachesTheCallerAfterAllLanesHaveEnded() {
        try (Lanes lanes = Lanes.open(2)) {
            CountDownLatch ended = new CountDownLatch(1);
            assertThatThrownBy(() -> lanes.run(lane -> {
                        if (lane == 0) {
                            throw new IllegalStateException("lane 0");
                        }
                        ended.countDown();
                    }))
                    .hasMessage("lane 0");
            assertThat(ended.getCount()).isZero();
            int[] runs = new int[2];
            lanes.run(lane -> runs[lane]++);
            assertThat(runs).containsExactly(1, 1);
        }
    }

    @Test
    void noLaneAtAllIsRefused() {
        assertThatThrownBy(() -> Lanes.open(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
