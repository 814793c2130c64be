package dev.vivarium.engine.capture;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What of the activations is summed up.
 *
 * @param site of each layer
 * @param layers at least one
 * @param cells number of cells that tokens are sorted into
 * @param partOfCell for each cell the part whose second moments it belongs to, from 0; empty where no covariance is wanted.
 *     Cells with a negative part have none.
 */
public record CaptureSettings(Site site, SortedSet<Integer> layers, int cells, int[] partOfCell) {
    public CaptureSettings {
        layers = Collections.unmodifiableSortedSet(new TreeSet<>(layers));
        partOfCell = partOfCell.clone();
        if (layers.isEmpty()) {
            throw new InputException("no layer is named, so nothing would be captured; name at least one");
        }
        if (cells < 1 || (partOfCell.length != 0 && partOfCell.length != cells)) {
            throw new IllegalArgumentException(cells + " cells, " + partOfCell.length + " of them with a part");
        }
    }

    /** Sums alone. */
    public CaptureSettings(Site site, SortedSet<Integer> layers, int cells) {
        this(site, layers, cells, new int[0]);
    }

    @Override
    public int[] partOfCell() {
        return partOfCell.clone();
    }

    /** How many parts have second moments of their own. */
    public int parts() {
        return 1 + Arrays.stream(partOfCell).max().orElse(-1);
    }

    /** Memory of all sums, whatever is read. */
    public long bytes(int hidden) {
        long sums = 2L * cells * hidden * Double.BYTES;
        long squares = (long) parts() * hidden * hidden * Double.BYTES;
        return layers.size() * (sums + squares);
    }

    void check(ModelConfig config) {
        if (layers.first() < 0 || layers.last() >= config.layers()) {
            throw new InputException("there is no layer " + (layers.first() < 0 ? layers.first() : layers.last())
                    + "; the model has layers 0 to " + (config.layers() - 1));
        }
    }
}
