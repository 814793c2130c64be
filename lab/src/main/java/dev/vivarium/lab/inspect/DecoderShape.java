package dev.vivarium.lab.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.RopeSettings;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a decoder as it is computed here, by the names of {@code config.json}.
 *
 * @param ropeScaling how positions are stretched; absent for the plain form
 * @param slidingWindow positions that some layers see; absent where all see everything
 * @param slidingLayers these layers, such as {@code 0-4, 6-10}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DecoderShape(
        String modelType,
        int numHiddenLayers,
        int hiddenSize,
        int intermediateSize,
        int numAttentionHeads,
        int numKeyValueHeads,
        int headDim,
        int vocabSize,
        int maxPositionEmbeddings,
        boolean tieWordEmbeddings,
        double rmsNormEps,
        double ropeTheta,
        RopeSettings.@Nullable Scaling ropeScaling,
        @Nullable Integer slidingWindow,
        @Nullable String slidingLayers) {

    static DecoderShape of(ModelConfig config) {
        RopeSettings.Scaling scaling = config.rope().scaling();
        TreeSet<Integer> sliding = new TreeSet<>(config.local().layers());
        return new DecoderShape(
                config.modelType(),
                config.layers(),
                config.hiddenSize(),
                config.intermediateSize(),
                config.heads(),
                config.kvHeads(),
                config.headDim(),
                config.vocabSize(),
                config.maxPositions(),
                config.tiedEmbeddings(),
                config.rmsNormEps(),
                config.rope().theta(),
                scaling.equals(RopeSettings.Scaling.NONE) ? null : scaling,
                sliding.isEmpty() ? null : config.local().window(),
                sliding.isEmpty() ? null : TensorKind.ranges(sliding));
    }
}
