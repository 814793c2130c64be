/**
 * What every client of a network needs: proxies, tokens that do not show themselves, waiting between tries.
 *
 * <p>Start from {@link dev.vivarium.lab.net.Waiting}, which lets tests pass the time at once, and
 * {@link dev.vivarium.lab.net.Token}. Nothing here may know whom one talks to.
 */
@NullMarked
package dev.vivarium.lab.net;

import org.jspecify.annotations.NullMarked;
