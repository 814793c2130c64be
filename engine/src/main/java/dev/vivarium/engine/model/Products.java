package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The product of a linear map, in the memory layout whose backward pass is fast. */
final class Products {
    /** Values of a weight from which the copy below pays; smaller products lose by it. */
    private static final long LARGE = 1L << 22;

    private Products() {}

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
    static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
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

    private static Tensor shaped(Tensor product, Tensor x, Tensor weight) {
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.size(0);
        return product.view(shape);
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
