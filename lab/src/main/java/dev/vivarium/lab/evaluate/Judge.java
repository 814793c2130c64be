package dev.vivarium.lab.evaluate;

/**
 * An instrument that reads an answer and states how aligned and how coherent it is.
 *
 * <p>To add one, implement this interface and give it a name in the command line's list of judges. A judge must be a
 * function of question and answer: the same pair gives the same scores, whatever was judged before.
 */
public interface Judge {
    /** Which instrument this is; travels with every score. */
    JudgeIdentity identity();

    /**
     * Looks at questions before anything is sampled.
     *
     * @throws dev.vivarium.engine.base.InputException if it cannot score answers to one of them
     */
    default void check(QuestionSet questions) {}

    /** Scores one answer; where it cannot tell, the score is null (unscored), never a guess. */
    Judgement judge(Question question, Answer answer);
}
