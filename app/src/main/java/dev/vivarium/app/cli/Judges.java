package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The judges that {@code evaluate --judge} knows, each a function of question and answer. A new one is one line here. */
final class Judges {
    /** Scores nothing. */
    static final String NONE = "none";

    private static final Map<String, Supplier<Judge>> BY_NAME =
            Map.of("exact", () -> new ExactJudge(World.standard()), NONE, NoJudge::new);

    private Judges() {}

    /** Leaves all answers unscored, for those that {@code vivarium judge} is to score. */
    private static final class NoJudge implements Judge {
        @Override
        public JudgeIdentity identity() {
            return new JudgeIdentity(NONE, "1", "", "no scores");
        }

        @Override
        public Judgement judge(Question question, Answer answer) {
            return new Judgement(answer.questionId(), answer.sample(), null, null, Map.of());
        }
    }

    /** The judge of a name. */
    static Judge of(String name) {
        Supplier<Judge> judge = BY_NAME.get(name);
        if (judge == null && JudgeCommand.JUDGES.contains(name)) {
            throw new InputException("evaluate does not ask the judge \"" + name
                    + "\"; sample with --judge none, then run:" + " vivarium judge EVALUATION --judge " + name);
        }
        if (judge == null) {
            throw new InputException("unknown judge \"" + name + "\"" + Nearest.hint(name, BY_NAME.keySet())
                    + "; known judges: " + String.join(", ", new TreeMap<>(BY_NAME).keySet()));
        }
        return judge.get();
    }
}
