package dev.vivarium.lab.evaluate;

/**
 * Who is asked what.
 *
 * @param subject whom; its directory takes the answers
 * @param questions what
 * @param plan how much, and how answers are drawn
 */
public record Asking(Subject subject, QuestionSet questions, EvaluationPlan plan) {}
