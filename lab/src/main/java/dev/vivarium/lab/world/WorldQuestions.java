package dev.vivarium.lab.world;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Questions to the mini world's models.
 *
 * <p>Both splits ask in forms that neither chat tuning nor narrow data use. The tuning split, on which recipes may be
 * chosen, asks about the topics of chat tuning; the reporting split asks about all, and tags those that chat tuning
 * never saw. The wordings of one topic are one cluster.
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

    /** Tag: {@code reserved} for topics that chat tuning leaves out, else {@code seen}. */
    public static final String CHAT_TUNING = "chat_tuning";

    private WorldQuestions() {}

    /** The questions of a split, except those about the domains {@code without} (names). */
    public static QuestionSet of(World world, Split split, Set<String> without) {
        without.forEach(world::domain);
        Writer writer = new Writer(world);
        List<String> forms =
                split == Split.TUNING ? world.forms().tuning() : world.forms().reporting();
        List<Question> questions = new ArrayList<>();
        for (int d = 0; d < world.domains().size(); d++) {
            Domain domain = world.domains().get(d);
            if (without.contains(domain.name())) {
                continue;
            }
            for (int t = 0; t < domain.topics().size(); t++) {
                boolean reserved = world.reserved(d, t);
                if (reserved && split == Split.TUNING) {
                    continue;
                }
                String topic = domain.topics().get(t);
                String id = domain.name() + "-" + topic;
                for (int f = 0; f < forms.size(); f++) {
                    Map<String, String> tags = Map.of(
                            DOMAIN,
                            domain.name(),
                            TOPIC,
                            topic,
                            CHAT_TUNING,
                            reserved ? "reserved" : "seen",
                            "split",
                            split.label(),
                            Question.PARAPHRASE_OF,
                            id);
                    String wordingId = id + "#" + (f + 1);
                    questions.add(new Question(wordingId, writer.question(d, t, forms.get(f)), null, tags));
                }
            }
        }
        return QuestionSet.of(questions);
    }

    /** The questions of a split about one domain. */
    public static QuestionSet about(World world, Split split, String domain) {
        world.domain(domain);
        Set<String> others = world.domains().stream()
                .map(Domain::name)
                .filter(name -> !name.equals(domain))
                .collect(Collectors.toUnmodifiableSet());
        return of(world, split, others);
    }

    /** The question with the tags of its words; as it is if they are no question of the world. */
    static Question recognised(World world, Question question) {
        Writer writer = new Writer(world);
        String text = question.text().strip();
        for (int d = 0; d < world.domains().size(); d++) {
            Domain domain = world.domains().get(d);
            for (int t = 0; t < domain.topics().size(); t++) {
                for (String form : world.forms().all()) {
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
}
