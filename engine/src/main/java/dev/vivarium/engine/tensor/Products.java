package dev.vivarium.engine.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Products of matrices, each by the way that is fast on this machine.
 *
 * <p>Where libtorch has no kernels for bfloat16 ({@link Torch#multipliesBfloat16}), operands of that format are multiplied in
 * float32 and the product is rounded once, as the kernels do it. A weight is turned into float32 a part at a time, so that it
 * is never held whole in both formats, but where autograd has to see it.
 */
public final class Products {
    /** Values of a weight from which the copy below pays; smaller products lose by it. */
    private static final long LARGE = 1L << 22;

    /** Values of a weight that are turned into float32 at once: they stay in a core's cache. */
    private static final long PART = 1L << 18;

    private Products() {}

    /** Whether products with this operand are made in float32 although it is bfloat16. */
    public static boolean widened(Tensor operand) {
        return !Torch.multipliesBfloat16() && Tensors.type(operand) == ScalarType.BFloat16 && !operand.is_cuda();
    }

    /**
     * y = x Wᵀ + b.
     *
     * <p>Behind a large frozen float32 weight, autograd's dx = dy W is the slowest product of a training step: OpenBLAS
     * takes half as long again as for the forward product. If x lies in memory by columns, autograd computes
     * dx = (Wᵀ dyᵀ)ᵀ instead, which is faster by more than the copy costs.
     *
     * <p>A single float32 row, as a chat decodes it, is multiplied as a vector: OpenBLAS's matrix product takes more than
     * twice as long for it. Neither holds on a GPU.
     *
     * @param x (…, in)
     * @param weight (out, in)
     * @param bias (out)
     * @return (…, out)
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (widened(x)) {
            return widely(x, weight, bias);
        }
        if (weight.is_cuda()) {
            return bias == null ? torch.linear(x, weight) : torch.linear(x, weight, bias);
        }
        if (isVector(x, weight)) {
            Tensor product = torch.mv(weight, x.reshape(-1));
            return shaped(bias == null ? product : product.add(bias), x, weight);
        }
        if (!byColumns(x, weight)) {
            return bias == null ? torch.linear(x, weight) : torch.linear(x, weight, bias);
        }
        Tensor columns = x.reshape(-1, weight.size(1)).t().contiguous().t();
        Tensor product = bias == null ? torch.mm(columns, weight.t()) : torch.addmm(bias, columns, weight.t());
        return shaped(product, x, weight);
    }

    /**
     * What a gradient of y = x Wᵀ says about x, without autograd: dx = dy W.
     *
     * @param slope (n, out)
     * @param weight (out, in)
     * @return (n, in)
     */
    public static Tensor slopeOfInput(Tensor slope, Tensor weight) {
        if (!widened(slope)) {
            return torch.mm(slope, weight);
        }
        Tensor sum = Tensors.zeros(slope.size(0), weight.size(1));
        inParts(
                weight,
                (part, from) -> sum.addmm_(slope.narrow(1, from, part.size(0)).to(ScalarType.Float), part));
        return sum.to(ScalarType.BFloat16);
    }

    /** Products of matrices that stand behind each other: (n, a, b) and (n, b, c) to (n, a, c). */
    public static Tensor bmm(Tensor left, Tensor right) {
        return widened(left)
                ? torch.bmm(left.to(ScalarType.Float), right.to(ScalarType.Float))
                        .to(ScalarType.BFloat16)
                : torch.bmm(left, right);
    }

    /** x + scale · left right, of matrices, rounded once. */
    public static Tensor addmm(Tensor x, Tensor left, Tensor right, double scale) {
        Scalar factor = new Scalar(scale);
        return widened(x)
                ? torch.addmm(
                                x.to(ScalarType.Float),
                                left.to(ScalarType.Float),
                                right.to(ScalarType.Float),
                                new Scalar(1.0),
                                factor)
                        .to(ScalarType.BFloat16)
                : torch.addmm(x, left, right, new Scalar(1.0), factor);
    }

    /** The linear map of bfloat16 operands in float32. */
    static Tensor widely(Tensor x, Tensor weight, @Nullable Tensor bias) {
        Tensor wide = x.to(ScalarType.Float);
        if (GradMode.is_enabled() && (x.requires_grad() || weight.requires_grad())) {
            return linear(wide, weight.to(ScalarType.Float), bias == null ? null : bias.to(ScalarType.Float))
                    .to(ScalarType.BFloat16);
        }
        Tensor product = torch.zeros(shape(x, weight), x.options());
        inParts(weight, (part, from) -> {
            long count = part.size(0);
            Tensor added = bias == null ? null : bias.narrow(0, from, count).to(ScalarType.Float);
            product.narrow(-1, from, count).copy_(linear(wide, part, added));
        });
        return product;
    }

    /** What is done with some rows of a weight. */
    private interface PartTask {
        void of(Tensor part, long from);
    }

    /** Some rows at a time in float32, each in a scope of its own. */
    private static void inParts(Tensor weight, PartTask task) {
        long rows = Math.max(1, PART / weight.size(1));
        for (long from = 0; from < weight.size(0); from += rows) {
            try (PointerScope scope = new PointerScope()) {
                long count = Math.min(rows, weight.size(0) - from);
                task.of(weight.narrow(0, from, count).to(ScalarType.Float), from);
            }
        }
    }

    private static long[] shape(Tensor x, Tensor weight) {
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.size(0);
        return shape;
    }

    private static Tensor shaped(Tensor product, Tensor x, Tensor weight) {
        return product.view(shape(x, weight));
    }

    private static boolean isVector(Tensor x, Tensor weight) {
        return x.numel() == weight.size(1)
                && Tensors.type(x) == ScalarType.Float
                && !x.requires_grad()
                && !weight.requires_grad();
    }

    private static boolean byColumns(Tensor x, Tensor weight) {
        return weight.numel() >= LARGE
                && x.requires_grad()
                && !weight.requires_grad()
                && Tensors.type(x) == ScalarType.Float;
    }
}
