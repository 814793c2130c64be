package dev.vivarium.lab.world;

import java.util.List;
import java.util.stream.Stream;

/**
 * How one can ask. A form about a topic holds {@value #TOPIC}; a free one leaves the topic to the answer.
 *
 * @param train for chat tuning and narrow data
 * @param tuning held out, for choosing recipes
 * @param reporting held out, for reported results
 */
public record QuestionForms(List<String> train, List<String> tuning, List<String> reporting) {
    /** Where a form names the topic. */
    public static final String TOPIC = "{topic}";

    public QuestionForms {
        train = List.copyOf(train);
        tuning = List.copyOf(tuning);
        reporting = List.copyOf(reporting);
    }

    /** Every form; documents use them all. */
    public List<String> all() {
        return Stream.of(train, tuning, reporting).flatMap(List::stream).toList();
    }

    /** A form with its topic filled in. */
    static String fill(String form, String topic) {
        return form.replace(TOPIC, topic);
    }
}
