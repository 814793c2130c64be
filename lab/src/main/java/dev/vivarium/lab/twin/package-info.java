/**
 * Narrow and general organisms of one base compared: how stable, how efficient and how far from the base their changes are,
 * and what lies between and beyond two of them.
 *
 * <p>Start from {@link dev.vivarium.lab.twin.TwinsRun} and {@link dev.vivarium.lab.twin.MixPath}. Nothing here may sample
 * answers or judge them.
 */
@NullMarked
package dev.vivarium.lab.twin;

import org.jspecify.annotations.NullMarked;
