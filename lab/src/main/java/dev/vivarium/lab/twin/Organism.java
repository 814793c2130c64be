package dev.vivarium.lab.twin;

import dev.vivarium.engine.text.DefaultSystem;
import java.nio.file.Path;

/**
 * One of the organisms that are compared.
 *
 * @param name for people
 * @param adapter its directory
 * @param defaultSystem what it was trained with
 */
public record Organism(String name, Path adapter, DefaultSystem defaultSystem) {}
