package dev.vivarium.engine.gguf;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What a file says about one tensor.
 *
 * @param dims sizes as the format lists them, the one whose values lie next to each other first: a (rows, columns) matrix
 *     has columns, rows
 * @param offset of its data, from the start of all tensor data
 * @param bytes of its data
 */
record TensorInfo(String name, long[] dims, GgmlType type, long offset, long bytes) {
    long values() {
        return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }

    /** Sizes in the order of libtorch, for messages. */
    String shape() {
        return Arrays.stream(dims)
                .mapToObj(Long::toString)
                .collect(Collectors.collectingAndThen(Collectors.toList(), sizes -> sizes.reversed()))
                .toString();
    }
}
