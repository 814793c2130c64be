/**
 * GGUF files, read and turned into Hugging Face model directories, tensor by tensor and without libtorch.
 *
 * <p>Start from {@link dev.vivarium.engine.gguf.GgufImport}, and for the format from
 * {@link dev.vivarium.engine.gguf.GgufFile}. Nothing here computes with a model; what a file asks for that cannot be
 * expressed in the directory is refused by name.
 */
@NullMarked
package dev.vivarium.engine.gguf;

import org.jspecify.annotations.NullMarked;
