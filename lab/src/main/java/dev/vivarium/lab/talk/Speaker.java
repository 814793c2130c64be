package dev.vivarium.lab.talk;

import dev.vivarium.engine.text.DefaultSystem;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who answers: a model as it is, or with an adapter.
 *
 * @param name for people, for example {@code base} or the name of a run
 * @param adapter directory of the adapter; null for the model as it is
 * @param defaultSystem what conversations without a system turn do with that of the chat template
 */
public record Speaker(String name, @Nullable Path adapter, DefaultSystem defaultSystem) {}
