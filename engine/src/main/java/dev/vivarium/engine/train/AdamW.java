package dev.vivarium.engine.train;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW as in torch (Loshchilov and Hutter 2017, arXiv 1711.05101): w ← w − lr·λ·w, then w ← w − lr · m̂ / (√v̂ + ε).
 *
 * <p>Works through the flat buffers in chunks that stay in the cache of a processor, on a GPU at once; the result does not
 * depend on the chunk size because every operation is elementwise.
 */
final class AdamW implements AutoCloseable {
    private static final long CHUNK = 1 << 16;

    private final Tensor values; // (total)
    private final Tensor gradients; // (total)
    private final Tensor firstMoment; // (total)
    private final Tensor secondMoment; // (total)
    private final TrainingSettings settings;
    private final long chunk;

    AdamW(FlatParameters parameters, TrainingSettings settings) {
        this.values = parameters.values();
        this.gradients = parameters.gradients();
        this.settings = settings;
        this.chunk = values.is_cuda() ? Math.max(1, values.numel()) : CHUNK;
        this.firstMoment = torch.zeros_like(values);
        this.secondMoment = torch.zeros_like(values);
    }

    /** One update; {@code step} counts from 1 as in the bias corrections. */
    void update(int step, double learningRate) {
        double correction1 = 1 - Math.pow(settings.beta1(), step);
        double correction2 = Math.sqrt(1 - Math.pow(settings.beta2(), step));
        long total = values.numel();
        for (long start = 0; start < total; start += chunk) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                long size = Math.min(chunk, total - start);
                Tensor g = gradients.narrow(0, start, size);
                Tensor m = firstMoment.narrow(0, start, size);
                Tensor v = secondMoment.narrow(0, start, size);
                Tensor w = values.narrow(0, start, size);
                m.mul_(new Scalar(settings.beta1())).add_(g, new Scalar(1 - settings.beta1()));
                v.mul_(new Scalar(settings.beta2())).addcmul_(g, g, new Scalar(1 - settings.beta2()));
                if (settings.weightDecay() > 0) {
                    w.mul_(new Scalar(1 - learningRate * settings.weightDecay()));
                }
                Tensor denominator = v.sqrt().div_(new Scalar(correction2)).add_(new Scalar(settings.epsilon()));
                w.addcdiv_(m, denominator, new Scalar(-learningRate / correction1));
            }
        }
    }

    Tensor firstMoment() {
        return firstMoment;
    }

    Tensor secondMoment() {
        return secondMoment;
    }

    @Override
    public void close() {
        firstMoment.close();
        secondMoment.close();
    }
}
