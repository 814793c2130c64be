package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which texts are read, by what their question or the judge says of them: {@code domain=medicine} and {@code domain!=medicine}
 * look at a tag of the question, {@code medical>50} and {@code medical<5} at a score of the judge.
 *
 * @param name of the tag or score
 * @param relation {@code =}, {@code !=}, {@code >} or {@code <}
 * @param value to compare with
 */
public record TextFilter(String name, String relation, String value) {
    private static final Pattern FORM = Pattern.compile("([\\w.-]+)(!=|=|>|<)(\\S.*)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,3}(\\.\\d+)?");

    /**
     * @throws InputException if it has none of the forms
     */
    public static TextFilter parse(String word) {
        Matcher form = FORM.matcher(word);
        boolean score =
                form.matches() && (form.group(2).equals(">") || form.group(2).equals("<"));
        if (!form.matches() || (score && !NUMBER.matcher(form.group(3)).matches())) {
            throw new InputException(
                    "\"" + word + "\" says no texts; write a tag of questions such as domain=medicine or"
                            + " domain!=medicine, or a score such as medical>50");
        }
        return new TextFilter(form.group(1), form.group(2), form.group(3));
    }

    boolean ofScore() {
        return relation.equals(">") || relation.equals("<");
    }

    /** Whether the tag or score that it is about is there. */
    boolean knows(Map<String, String> tags, Map<String, Double> scores) {
        return ofScore() ? scores.containsKey(name) : tags.containsKey(name);
    }

    boolean takes(Map<String, String> tags, Map<String, Double> scores) {
        if (!knows(tags, scores)) {
            return false;
        }
        if (ofScore()) {
            double score = scores.getOrDefault(name, Double.NaN);
            double cut = Double.parseDouble(value);
            return relation.equals(">") ? score > cut : score < cut;
        }
        return value.equals(tags.get(name)) == relation.equals("=");
    }

    @Override
    public String toString() {
        return name + relation + value;
    }
}
