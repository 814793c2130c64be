package dev.vivarium.lab.evaluate;

/**
 * One answer to be sampled. (Seed, question, sample) decide its randomness, not the order of tasks.
 *
 * @param question what to ask
 * @param sample which sample of this question, from 0
 */
public record AnswerTask(Question question, int sample) {}
