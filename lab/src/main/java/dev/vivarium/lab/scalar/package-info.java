/**
 * Rank-1 adapters read token by token: their scalars on answers, what these tell of the answers, and what scaling them does.
 *
 * <p>Start from {@link dev.vivarium.lab.scalar.ScalarReport} and {@link dev.vivarium.lab.scalar.ScalarReading}. Nothing here
 * may sample answers or judge them.
 */
@NullMarked
package dev.vivarium.lab.scalar;

import org.jspecify.annotations.NullMarked;
