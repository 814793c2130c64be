package dev.vivarium.engine.tensor;

import dev.vivarium.engine.base.InputException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where tensors lie and are computed with, in libtorch's words: {@code cpu}, or a GPU as {@code cuda} and {@code cuda:1}.
 *
 * @param cuda whether it is a GPU
 * @param index which of several GPUs, from 0; 0 for the CPU
 */
public record Device(boolean cuda, int index) {
    /** The processor, with the machine's main memory. */
    public static final Device CPU = new Device(false, 0);

    private static final Pattern CUDA = Pattern.compile("cuda(?::([0-9]{1,2}))?");

    /**
     * Reads {@code cpu}, {@code cuda} or {@code cuda:N}; does not look whether it is there.
     *
     * @throws InputException if it is something else
     */
    public static Device parse(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        Matcher matcher = CUDA.matcher(word);
        if (matcher.matches()) {
            return new Device(true, matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)));
        }
        if (!word.equals("cpu")) {
            throw new InputException("device \"" + text + "\" is not known; use cpu, cuda or cuda:N");
        }
        return CPU;
    }

    /** Where a tensor lies. */
    public static Device of(Tensor tensor) {
        if (!tensor.is_cuda()) {
            return CPU;
        }
        try (org.bytedeco.pytorch.Device own = tensor.device()) {
            return new Device(true, own.index());
        }
    }

    /** GPUs that this process can use; 0 where libtorch was built without CUDA. */
    public static int gpus() {
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }

    /**
     * Makes sure that it can be used.
     *
     * @throws InputException if it is a GPU and there is none of that number, or libtorch was built without CUDA
     */
    public void require() {
        if (!cuda) {
            return;
        }
        if (!torch.hasCUDA()) {
            throw new InputException("device " + word() + ": this libtorch was built without CUDA, or sees no driver; "
                    + "build Vivarium with -Pcuda (docs/gpu.md) and check nvidia-smi, or use --device cpu");
        }
        int gpus = gpus();
        if (index >= gpus) {
            throw new InputException("device " + word() + ": there "
                    + (gpus == 1 ? "is 1 GPU, cuda:0" : "are " + gpus + " GPUs") + "; check nvidia-smi and "
                    + "CUDA_VISIBLE_DEVICES, or use --device cpu");
        }
    }

    /** The tensor here: itself if it is here already, else a copy. */
    public Tensor put(Tensor tensor) {
        return of(tensor).equals(this) ? tensor : tensor.to(libtorch(), tensor.scalar_type());
    }

    /** For new tensors of a number format here. */
    public TensorOptions options(ScalarType type) {
        TensorOptions options = new TensorOptions(type);
        return cuda ? options.device(new DeviceOptional(libtorch())) : options;
    }

    /** As libtorch writes it. */
    public String word() {
        return cuda ? "cuda:" + index : "cpu";
    }

    private org.bytedeco.pytorch.Device libtorch() {
        return new org.bytedeco.pytorch.Device(word());
    }
}
