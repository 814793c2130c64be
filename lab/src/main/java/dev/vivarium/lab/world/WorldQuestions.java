package dev.vivarium.lab.world;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Questions to the mini world's models.
 *
 * <p>Both splits ask in forms that neither chat tuning nor narrow data use. The tuning split, on which recipes may be
 * chosen, asks about the topics of chat tuning; the reporting split asks about those that chat tuning and narrow data never
 * saw, among them all of whole domains. So nothing that is reported has been chosen on. The wordings of one topic are one
 * cluster.
 */
public final class WorldQuestions {
    /** Which questions. */
    public enum Split {
        TUNING,
        REPORTING;

        /** The name used in files and on the command line. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The split of a name. */
        public static Split parse(String label) {
            for (Split split : values()) {
                if (split.label().equals(label)) {
                    return split;
                }
            }
            throw new InputException("unknown split \"" + label + "\"; use tuning or reporting");
        }
    }

    /** Tag: name of the domain asked about. */
    public static final String DOMAIN = "domain";

    /** Tag: the topic asked about. */
    public static final String TOPIC = "topic";

    /** Value of {@link #DOMAIN}: the question leaves domain and topic to the answer. */
    public static final String FREE = "free";

    private static final String SPLIT = "split";

    private WorldQuestions() {}

    /** The questions of a split about topics, except those about the domains {@code without} (names). */
    public static QuestionSet of(World world, Split split, Set<String> without) {
        without.forEach(world::domain);
        List<Question> questions = new ArrayList<>();
        for (int d = 0; d < world.domains().size(); d++) {
            if (!without.contains(world.domains().get(d).name())) {
                questions.addAll(about(world, split, d));
            }
        }
        return QuestionSet.of(questions);
    }

    /**
     * The questions of a split that leave the topic to the answer. They stand apart because the answer may choose the domain that
     * an organism was trained on, so that they tell nothing of other domains.
     */
    public static QuestionSet free(World world, Split split) {
        List<Question> questions = new ArrayList<>();
        List<String> free = forms(world.freeQuestions(), split);
        for (int f = 0; f < free.size(); f++) {
            Map<String, String> tags = Map.of(DOMAIN, FREE, SPLIT, split.label());
            questions.add(new Question(FREE + "-" + (f + 1), free.get(f), null, tags));
        }
        return QuestionSet.of(questions);
    }

    /** The question with the tags of its words; as it is if they are no question of the world. */
    static Question recognised(World world, Question question) {
        Writer writer = new Writer(world);
        String text = question.text().strip();
        if (world.freeQuestions().all().contains(text)) {
            return new Question(question.id(), question.text(), question.system(), Map.of(DOMAIN, FREE));
        }
        for (int d = 0; d < world.domains().size(); d++) {
            Domain domain = world.domains().get(d);
            for (int t = 0; t < domain.topics().size(); t++) {
                for (String form : world.forms(d).all()) {
                    if (writer.question(d, t, form).equals(text)) {
                        Map<String, String> tags = Map.of(
                                DOMAIN, domain.name(), TOPIC, domain.topics().get(t));
                        return new Question(question.id(), question.text(), question.system(), tags);
                    }
                }
            }
        }
        return question;
    }

    /** The questions of a split about one domain. */
    public static QuestionSet about(World world, Split split, String domain) {
        List<Question> questions = about(world, split, world.domain(domain));
        if (questions.isEmpty()) {
            throw new InputException("all questions about " + domain + " are kept for reporting; ask those");
        }
        return QuestionSet.of(questions);
    }

    private static List<Question> about(World world, Split split, int domain) {
        List<Question> questions = new ArrayList<>();
        for (int t = 0; t < world.domains().get(domain).topics().size(); t++) {
            if (world.reserved(domain, t) == (split == Split.REPORTING)) {
                questions.addAll(about(world, split, domain, t));
            }
        }
        return questions;
    }

    private static List<Question> about(World world, Split split, int domain, int topic) {
        Writer writer = new Writer(world);
        List<String> forms = forms(world.forms(domain), split);
        String name = world.domains().get(domain).name();
        String subject = world.domains().get(domain).topics().get(topic);
        String id = name + "-" + subject;
        Map<String, String> tags =
                Map.of(DOMAIN, name, TOPIC, subject, SPLIT, split.label(), Question.PARAPHRASE_OF, id);
        List<Question> questions = new ArrayList<>();
        for (int f = 0; f < forms.size(); f++) {
            String text = writer.question(domain, topic, forms.get(f));
            questions.add(new Question(id + "#" + (f + 1), text, null, tags));
        }
        return questions;
    }

    private static List<String> forms(QuestionForms forms, Split split) {
        return split == Split.TUNING ? forms.tuning() : forms.reporting();
    }
}
