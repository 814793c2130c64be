package dev.vivarium.lab.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of a checkpoint that differ in their layer alone.
 *
 * @param name with {@code *} for the number of the layer
 * @param layers the layers that have one, such as {@code 0-27}; absent outside of layers
 * @param shape of each
 * @param dtype of each, as safetensors names it
 * @param count how many there are
 * @param values in all of them together
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TensorKind(String name, @Nullable String layers, List<Long> shape, String dtype, int count, long values) {
    private static final Pattern LAYER = Pattern.compile("(?<=\\blayers\\.)\\d{1,6}(?=\\.)");

    private record Key(String name, List<Long> shape, String dtype) {}

    /** The kinds in the order in which they first occur. */
    static List<TensorKind> of(WeightFiles files) {
        Map<Key, TreeSet<Integer>> layers = new LinkedHashMap<>();
        for (String name : files.names()) {
            Matcher layer = LAYER.matcher(name);
            boolean inLayer = layer.find();
            List<Long> shape = Arrays.stream(files.shape(name)).boxed().toList();
            Key key = new Key(inLayer ? layer.replaceFirst("*") : name, shape, files.dtype(name));
            TreeSet<Integer> own = layers.computeIfAbsent(key, unused -> new TreeSet<>());
            layer.reset();
            if (layer.find()) {
                own.add(Integer.valueOf(layer.group()));
            }
        }
        List<TensorKind> kinds = new ArrayList<>();
        layers.forEach((key, own) -> {
            int count = Math.max(1, own.size());
            long values = key.shape.stream().reduce(1L, (a, b) -> a * b) * count;
            kinds.add(
                    new TensorKind(key.name, own.isEmpty() ? null : ranges(own), key.shape, key.dtype, count, values));
        });
        return kinds;
    }

    /** Numbers in order as ranges, such as {@code 0-4, 6}. */
    static String ranges(TreeSet<Integer> numbers) {
        List<String> ranges = new ArrayList<>();
        Integer from = null;
        for (Integer number : numbers) {
            if (from == null) {
                from = number;
            }
            if (!numbers.contains(number + 1)) {
                ranges.add(from.equals(number) ? from.toString() : from + "-" + number);
                from = null;
            }
        }
        return String.join(", ", ranges);
    }
}
