package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.WeightFiles;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The matrices A (r, in) and B (out, r) of a LoRA adapter, without the model it belongs to: what weight-space geometry
 * compares ({@link FactorGrams}). The files are mapped, so hundreds may be open at once.
 */
public final class LoraFactors implements AutoCloseable {
    private static final String PREFIX = "base_model.model.";

    private final WeightFiles files;
    private final Map<String, Place> places;

    /** One of the two matrices. */
    public enum Side {
        A,
        B
    }

    /**
     * One adapted linear map.
     *
     * @param module full name in the base model
     * @param r rank
     * @param in width of the input
     * @param out width of the output
     * @param scale s of s · B · A (protocol.md App. A (1))
     */
    public record Place(String module, int r, long in, long out, double scale) {
        long width(Side side) {
            return side == Side.A ? in : out;
        }
    }

    private LoraFactors(WeightFiles files, Map<String, Place> places) {
        this.files = files;
        this.places = Collections.unmodifiableMap(places);
    }

    /**
     * Opens a PEFT directory.
     *
     * @throws InputException if it holds no LoRA adapter, or one with parts that A and B do not tell
     */
    public static LoraFactors open(Path directory) {
        AdapterSummary summary = AdapterSummary.read(directory);
        if (summary.r() == 0) {
            throw new InputException(
                    directory + ": is a " + summary.kind() + ", which has no matrices; give a LoRA adapter");
        }
        if (!summary.remarks().isEmpty()) {
            throw new InputException(directory + ": " + summary.remarks().getFirst());
        }
        boolean rslora = summary.kind().equals("rsLoRA");
        LoraPatterns patterns = LoraPatterns.of(Json.read(directory.resolve(AdapterFiles.CONFIG)));
        Map<String, Place> places = new LinkedHashMap<>();
        for (AdapterSummary.Place place : summary.places()) {
            double alpha = AdapterSummary.alphaOf(place.name(), patterns, summary.r(), summary.alpha());
            double scale = AdapterSummary.scale(alpha, place.r(), rslora);
            if (!(Double.isFinite(scale) && scale != 0)) {
                throw new InputException(directory + ": " + AdapterFiles.CONFIG + ": lora_alpha gives " + place.name()
                        + " the scale " + scale + "; restore the file");
            }
            places.put(place.name(), new Place(place.name(), place.r(), place.in(), place.out(), scale));
        }
        return new LoraFactors(WeightFiles.open(directory.resolve(AdapterFiles.WEIGHTS)), places);
    }

    /** What is adapted, by full name, in the order of layers. */
    public Map<String, Place> places() {
        return places;
    }

    /** Columns of the rank components of a place, which are the rows: (r, to - from) in float64. */
    Tensor components(String module, Side side, long from, long to) {
        Tensor stored = stored(module + (side == Side.A ? LoraAdapter.A_SUFFIX : LoraAdapter.B_SUFFIX));
        return (side == Side.A ? stored : stored.t()).narrow(1, from, to - from).to(ScalarType.Double);
    }

    private Tensor stored(String name) {
        return files.get(files.contains(PREFIX + name) ? PREFIX + name : name);
    }

    @Override
    public void close() {
        files.close();
    }
}
