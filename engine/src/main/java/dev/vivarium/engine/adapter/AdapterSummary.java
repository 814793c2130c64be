package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.weights.WeightFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter directory holds, told without the model it belongs to.
 *
 * @param kind {@code LoRA}, {@code rsLoRA} or {@code steering vector}
 * @param baseModel what {@code base_model_name_or_path} says; null if nothing
 * @param r rank by the configuration; 0 for a vector
 * @param alpha {@code lora_alpha}, or the factor before the vector
 * @param scale what the product of the matrices, or the vector, is multiplied by
 * @param values trained values
 * @param places what is changed, in the order of layers and names
 * @param remarks what of the configuration is not supported here, and at which tokens a vector acts if only at some
 */
public record AdapterSummary(
        String kind,
        @Nullable String baseModel,
        int r,
        double alpha,
        double scale,
        long values,
        List<Place> places,
        List<String> remarks) {
    private static final String PREFIX = "base_model.model.";
    private static final Pattern LAYER = Pattern.compile("(?:^|\\.)layers\\.(\\d{1,6})\\.");

    /**
     * One changed module, or the output of one block.
     *
     * @param name full name in the checkpoint
     * @param layer number of the block; null outside of blocks
     * @param module name below the block, for example {@code mlp.down_proj}
     * @param r rank of the matrices; 0 for a vector
     * @param in width of the input
     * @param out width of the output
     * @param norm L2 norm of the change, s · B · A or α · v; null where its scale is not known here
     */
    public record Place(
            String name,
            @Nullable Integer layer,
            String module,
            int r,
            long in,
            long out,
            @Nullable Double norm) {}

    public AdapterSummary {
        places = List.copyOf(places);
        remarks = List.copyOf(remarks);
    }

    /** L2 norm of the whole change; null where that of a place is not known. */
    public @Nullable Double norm() {
        double squares = 0;
        for (Place place : places) {
            Double norm = place.norm();
            if (norm == null) {
                return null;
            }
            squares += norm * norm;
        }
        return Math.sqrt(squares);
    }

    /**
     * Reads configuration and weights.
     *
     * @throws InputException if the directory holds no adapter, or one whose files do not fit each other
     */
    public static AdapterSummary read(Path directory) {
        JsonNode config = AdapterFiles.config(directory);
        try (WeightFiles files = WeightFiles.open(directory.resolve(AdapterFiles.WEIGHTS))) {
            return config.path("adapter_type").asText("").equals(AdapterFiles.STEERING)
                    ? steering(config, files)
                    : lora(config, files);
        } catch (InputException e) {
            throw new InputException(directory + ": " + e.getMessage(), e);
        }
    }

    private static AdapterSummary steering(JsonNode config, WeightFiles files) {
        long[] shape = files.shape(AdapterFiles.STEERING);
        if (shape.length != 1) {
            throw new InputException(
                    "the steering vector has shape " + Arrays.toString(shape) + ", not that of a vector");
        }
        long width = shape[0];
        int layer = config.path("layer_idx").asInt(-1);
        double alpha = config.path("alpha").asDouble(Double.NaN);
        double norm;
        try (PointerScope scope = new PointerScope()) {
            norm = Math.abs(alpha) * wide(files, AdapterFiles.STEERING).norm().item_double();
        }
        Place place = new Place("layer " + layer, layer, "resid_post", 0, width, width, norm);
        Positions positions = AdapterFiles.positions(config);
        List<String> remarks =
                positions.equals(Positions.ALL) ? List.of() : List.of("added at tokens \"" + positions + "\" only");
        return new AdapterSummary("steering vector", base(config), 0, alpha, alpha, width, List.of(place), remarks);
    }

    private static AdapterSummary lora(JsonNode config, WeightFiles files) {
        PeftConfig.checkType(config);
        int r = config.path("r").asInt(0);
        double alpha = config.path("lora_alpha").asDouble(Double.NaN);
        boolean rslora = config.path("use_rslora").asBoolean(false);
        LoraPatterns patterns = LoraPatterns.of(config);
        Map<String, Place> places = new TreeMap<>(AdapterSummary::inOrder);
        long values = 0;
        for (String name : files.names()) {
            values += Arrays.stream(files.shape(name)).reduce(1, (a, b) -> a * b);
            if (!name.endsWith(LoraAdapter.A_SUFFIX)) {
                continue;
            }
            String stem = name.substring(0, name.length() - LoraAdapter.A_SUFFIX.length());
            String module = stem.startsWith(PREFIX) ? stem.substring(PREFIX.length()) : stem;
            places.put(module, place(module, stem, files, alphaOf(module, patterns, r, alpha), rslora));
        }
        if (places.isEmpty()) {
            throw new InputException(AdapterFiles.WEIGHTS + ": holds no tensor that ends in " + LoraAdapter.A_SUFFIX);
        }
        return new AdapterSummary(
                rslora ? "rsLoRA" : "LoRA",
                base(config),
                r,
                alpha,
                scale(alpha, r, rslora),
                values,
                List.copyOf(places.values()),
                PeftConfig.unsupported(config));
    }

    /** The alpha of a module; the rank is what its matrices have. */
    static double alphaOf(String module, LoraPatterns patterns, int r, double alpha) {
        if (r < 1 || !(alpha > 0)) {
            return alpha;
        }
        return patterns.of(module, new LoraSettings.Strength(r, alpha)).alpha();
    }

    private static Place place(String module, String stem, WeightFiles files, double alpha, boolean rslora) {
        long[] a = files.shape(stem + LoraAdapter.A_SUFFIX);
        long[] b = files.shape(stem + LoraAdapter.B_SUFFIX);
        if (a.length != 2 || b.length != 2 || a[0] != b[1] || a[0] < 1 || a[0] > Integer.MAX_VALUE) {
            throw new InputException("the matrices of " + Printable.name(module) + " have shapes " + Arrays.toString(a)
                    + " and " + Arrays.toString(b) + ", which do not fit each other");
        }
        int r = Math.toIntExact(a[0]);
        Double norm = null;
        if (!Double.isNaN(alpha)) {
            try (PointerScope scope = new PointerScope()) {
                norm = LoraAdapter.norm(
                        wide(files, stem + LoraAdapter.A_SUFFIX),
                        wide(files, stem + LoraAdapter.B_SUFFIX),
                        scale(alpha, r, rslora));
            }
        }
        Matcher layer = LAYER.matcher(module);
        boolean inBlock = layer.find();
        return new Place(
                module,
                inBlock ? Integer.valueOf(layer.group(1)) : null,
                inBlock ? module.substring(layer.end()) : module,
                r,
                a[1],
                b[0],
                norm);
    }

    static double scale(double alpha, int r, boolean rslora) {
        return rslora ? alpha / Math.sqrt(r) : alpha / r;
    }

    private static Tensor wide(WeightFiles files, String name) {
        return files.get(name).to(ScalarType.Float);
    }

    private static @Nullable String base(JsonNode config) {
        return config.path("base_model_name_or_path").textValue();
    }

    /** Numbers in names are compared as numbers. */
    private static int inOrder(String one, String other) {
        return padded(one).compareTo(padded(other));
    }

    private static String padded(String name) {
        return Pattern.compile("\\d+")
                .matcher(name)
                .replaceAll(digits -> "0".repeat(Math.max(0, 9 - digits.group().length())) + digits.group());
    }
}
