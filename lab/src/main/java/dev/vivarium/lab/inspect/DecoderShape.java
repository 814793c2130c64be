package dev.vivarium.lab.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.RopeSettings;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a decoder as it is computed here, by the names of {@code config.json}.
 *
 * @param ropeScaling the {@code llama3} rule; absent for the plain form
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
        RopeSettings.@Nullable Scaling ropeScaling) {

    static DecoderShape of(ModelConfig config) {
        RopeSettings.Scaling scaling = config.rope().scaling();
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
                scaling.equals(RopeSettings.Scaling.NONE) ? null : scaling);
    }
}
