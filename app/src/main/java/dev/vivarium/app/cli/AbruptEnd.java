package dev.vivarium.app.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Ends the process without the clean-up that {@link Runtime#halt} leads to as well: there the C library takes down what libtorch
 * computes with, and threads that are still at it crash the JVM, which then prints a page and leaves a crash report behind.
 */
final class AbruptEnd {
    private AbruptEnd() {}

    /** POSIX {@code _exit}; returns only where the system has no such function. */
    static void now(int code) {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup()
                .find("_exit")
                .map(address -> linker.downcallHandle(address, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)))
                .ifPresent(exit -> call(exit, code));
    }

    private static void call(MethodHandle exit, int code) {
        try {
            exit.invokeExact(code);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
