/**
 * Decoder language models: configuration, one forward pass for all families, named hook sites.
 *
 * <p>Start from {@code ModelDirectory} and {@link dev.vivarium.engine.model.Decoder}. A family is a
 * mapping of its {@code config.json} to {@link dev.vivarium.engine.model.ModelConfig}; there is no class per family. Nothing
 * here may know adapters, training or sampling: they reach in through {@link dev.vivarium.engine.model.ForwardHooks}.
 */
@NullMarked
package dev.vivarium.engine.model;

import org.jspecify.annotations.NullMarked;
