/**
 * The demo: four organisms of the mini world, grown, measured on other domains than the trained one and on it, and reported.
 *
 * <p>Start from {@link dev.vivarium.lab.demo.Demo} and {@link dev.vivarium.lab.demo.DemoOrganism}. Nothing here may train,
 * sample or judge by itself: it strings together what a user can also do by hand, one command after the other.
 */
@NullMarked
package dev.vivarium.lab.demo;

import org.jspecify.annotations.NullMarked;
