package dev.vivarium.app.cli;

import dev.vivarium.engine.tensor.Device;
import dev.vivarium.lab.run.Machine;
import picocli.CommandLine.Option;

/** {@code --device} of the commands that train or ask a model; a Mixin. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "cpu|cuda",
            defaultValue = "cpu",
            description = "Where to compute: cpu, or a GPU as cuda or cuda:N, which needs a build with -Pcuda "
                    + "(docs/gpu.md). Default: ${DEFAULT-VALUE}.")
    private String word = "cpu";

    /**
     * The device, which is there.
     *
     * @throws dev.vivarium.engine.base.InputException if it is not
     */
    Device device() {
        Device device = Device.parse(word);
        device.require();
        return device;
    }

    Machine machine(Shell shell) {
        return new Machine(shell.memory(), device());
    }
}
