/**
 * Models by name: finding them in the Hugging Face cache, and fetching them into it from a hub.
 *
 * <p>Start from {@link dev.vivarium.lab.hub.ModelFinder}, which every command asks for a base model, and
 * {@link dev.vivarium.lab.hub.Pull}, the only class that goes to the network. Nothing here may load weights or know a
 * recipe.
 */
@NullMarked
package dev.vivarium.lab.hub;

import org.jspecify.annotations.NullMarked;
