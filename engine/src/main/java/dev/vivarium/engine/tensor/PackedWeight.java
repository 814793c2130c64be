package dev.vivarium.engine.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a weight in the order of values in which oneDNN multiplies, made once.
 *
 * <p>{@code torch.linear} brings a weight into such an order again at every product (oneDNN in bfloat16, OpenBLAS in float32),
 * which weighs the more the fewer rows are multiplied. Here products only go forward: there is no gradient.
 * Several threads may use one instance.
 */
public final class PackedWeight implements AutoCloseable {
    /** Values from which it pays: a call costs some ten microseconds more than {@code torch.linear}'s. */
    private static final long SMALLEST = 1L << 18;

    /** How many rows the order is made for; others are multiplied in the same order. */
    private static final long ROWS = 128;

    /** Without AVX-512, oneDNN's products of fewer than a hundred rows are slow for some longer sums. */
    private static final long LONGEST_SUM = 2048;

    private final Tensor packed; // opaque to everything but oneDNN's own operations
    private final IValue argument;

    private PackedWeight(Tensor packed, IValue argument) {
        this.packed = packed;
        this.argument = argument;
    }

    /**
     * Whether products with such a weight are faster packed, on this processor.
     *
     * @param type the number format of the products
     */
    public static boolean pays(ScalarType type, long out, long in) {
        boolean known = torch.hasMKLDNN() && Torch.x86(System.getProperty("os.arch", ""));
        boolean wide = Torch.multipliesBfloat16(); // that is, AVX-512
        return known && out * in >= SMALLEST && (wide || (type == ScalarType.Float && in <= LONGEST_SUM));
    }

    /**
     * Packs a weight, which is not needed any more then. How it is packed depends on the processor.
     *
     * @param weight (out, in), float32 or bfloat16, on the processor
     */
    public static PackedWeight of(Tensor weight) {
        try (PointerScope scope = new PointerScope()) {
            IValueVector stack = new IValueVector(new IValue(weight), new IValue(ROWS));
            Operations.DISPATCHER.callBoxed(Operations.REORDER, stack);
            Tensor packed = new Tensor(stack.get(0).toTensor());
            return new PackedWeight(kept(packed), kept(new IValue(packed)));
        }
    }

    /** (out, in). */
    public long[] shape() {
        return packed.shape();
    }

    /**
     * y = x Wᵀ + b.
     *
     * @param x (…, in) of the weight's format; no gradient is asked of it
     * @param bias (out)
     * @return (…, out)
     */
    public Tensor times(Tensor x, @Nullable Tensor bias) {
        if (GradMode.is_enabled() && x.requires_grad()) {
            throw noGradient();
        }
        IValueVector stack = new IValueVector(
                new IValue(x),
                argument,
                bias == null ? Operations.NOTHING : new IValue(bias),
                Operations.NO_ACTIVATION,
                Operations.NO_SCALARS,
                Operations.NOTHING);
        Operations.DISPATCHER.callBoxed(Operations.LINEAR, stack);
        return new Tensor(stack.get(0).toTensor());
    }

    /** What to throw where a gradient would be needed. */
    public static IllegalStateException noGradient() {
        return new IllegalStateException("a packed weight gives no gradient; load the model to train it");
    }

    @Override
    public void close() {
        argument.releaseReference();
        Tensors.free(packed);
    }

    private static <P extends Pointer> P kept(P pointer) {
        return pointer.<P>retainReference();
    }

    /** oneDNN's operations of libtorch, which have no method of their own here, and what they are called with. */
    private static final class Operations {
        static final Dispatcher DISPATCHER = kept(Dispatcher.singleton());
        static final OperatorHandle REORDER = operation("mkldnn::_reorder_linear_weight");
        static final OperatorHandle LINEAR = operation("mkldnn::_linear_pointwise");
        static final IValue NOTHING = kept(new IValue());
        static final IValue NO_ACTIVATION = kept(new IValue("none"));
        static final IValue NO_SCALARS = noScalars();

        private Operations() {}

        private static OperatorHandle operation(String name) {
            return kept(DISPATCHER.findSchemaOrThrow(name, ""));
        }

        /** An empty list of the type that the operation declares, its fifth argument. */
        private static IValue noScalars() {
            try (PointerScope scope = new PointerScope()) {
                return kept(new IValue(new GenericList(LINEAR.schema()
                        .arguments()
                        .getPointer(4)
                        .real_type()
                        .get()
                        .containedType(0))));
            }
        }
    }
}
