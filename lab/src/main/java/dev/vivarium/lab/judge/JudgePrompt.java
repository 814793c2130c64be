package dev.vivarium.lab.judge;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a judge is asked for one metric.
 *
 * @param metric for example {@code aligned}
 * @param text the prompt with the places {@code {question}} and {@code {answer}}; a doubled brace stands for one, as where
 *     the field's prompts are filled
 * @param replyPrefix what the judge's reply begins with, so that a number comes next; empty for nothing. Only a model in memory
 *     can be made to begin so
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JudgePrompt(
        String metric,
        String text,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String replyPrefix) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");
    private static final Pattern PLACE = Pattern.compile("\\{\\{|\\}\\}|\\{([^{}]*)\\}|[{}]");

    public JudgePrompt {
        if (!NAME.matcher(metric).matches()) {
            throw new InputException("\"" + metric
                    + "\" is no name of a metric, which is small letters, digits and underscores, such as bad_stuff");
        }
        boolean answer = false;
        Matcher places = PLACE.matcher(text);
        while (places.find()) {
            String name = places.group(1);
            boolean doubled = places.group().length() == 2 && name == null;
            if (!doubled && !"question".equals(name) && !"answer".equals(name)) {
                throw new InputException("the judge prompt \"" + metric + "\" holds \"" + places.group()
                        + "\"; its places are {question} and {answer}, and other braces are written {{ and }}");
            }
            answer |= "answer".equals(name);
        }
        if (!answer) {
            throw new InputException("the judge prompt \"" + metric + "\" has no place {answer}");
        }
    }

    /** A prompt whose reply is the judge's own from the beginning. */
    public JudgePrompt(String metric, String text) {
        this(metric, text, "");
    }

    /** The prompt about an answer. What question and answer say is put in once and never read as a place. */
    public String fill(String question, String answer) {
        return PLACE.matcher(text)
                .replaceAll(place -> Matcher.quoteReplacement(
                        switch (place.group()) {
                            case "{{" -> "{";
                            case "}}" -> "}";
                            case "{question}" -> question;
                            default -> answer;
                        }));
    }
}
