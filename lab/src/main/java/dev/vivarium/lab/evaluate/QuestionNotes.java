package dev.vivarium.lab.evaluate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a question file says of a question beyond what is asked: how the field would judge it, and where it comes from.
 *
 * <p>None of this changes an answer. Which judge is used is said on the command line; a judge that takes its prompts from
 * the question file finds them here.
 *
 * @param type kind of evaluation in the field's words, such as {@code free_form_judge_0_100}
 * @param judge model that the file names as its judge
 * @param judgePrompts prompt by metric ({@code aligned}, {@code coherent} …) with the placeholders {@code {question}} and
 *     {@code {answer}}, in file order
 * @param provenance where the wording comes from, in one line
 * @param licence its licence, as an SPDX identifier where there is one
 */
public record QuestionNotes(
        @Nullable String type,
        @Nullable String judge,
        Map<String, String> judgePrompts,
        @Nullable String provenance,
        @Nullable String licence) {
    /** Nothing is said. */
    public static final QuestionNotes NONE = new QuestionNotes(null, null, Map.of(), null, null);

    public QuestionNotes {
        judgePrompts = Collections.unmodifiableMap(new LinkedHashMap<>(judgePrompts));
    }
}
