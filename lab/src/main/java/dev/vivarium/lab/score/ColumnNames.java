package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which column of a CSV file holds what. Without a word it is the field's format (protocol.md section 7).
 *
 * @param given column by role, as a user gave them
 */
public record ColumnNames(Map<String, String> given) {
    static final String QUESTION_ID = "question_id";
    static final String QUESTION = "question";
    static final String RESPONSE = "response";
    public static final String ALIGNED = "aligned";
    public static final String COHERENT = "coherent";
    static final String ID = "id";
    static final String JUDGE = "judge";

    /** Roles and the columns they have in the field's format. */
    private static final Map<String, String> ROLES = roles();

    /** The field's format. */
    public static final ColumnNames DEFAULT = new ColumnNames(Map.of());

    public ColumnNames {
        SortedMap<String, String> sorted = new TreeMap<>(given);
        for (String role : sorted.keySet()) {
            if (!ROLES.containsKey(role)) {
                throw new InputException("--columns: nothing is called \"" + role + "\""
                        + Nearest.hint(role, ROLES.keySet()) + "; it may give columns for "
                        + String.join(", ", ROLES.keySet()));
            }
        }
        given = Collections.unmodifiableSortedMap(sorted);
    }

    boolean isDefault() {
        return given.isEmpty();
    }

    boolean isGiven(String role) {
        return given.containsKey(role);
    }

    /** The column of a role. */
    String column(String role) {
        return given.getOrDefault(role, ROLES.getOrDefault(role, role));
    }

    private static Map<String, String> roles() {
        Map<String, String> roles = new LinkedHashMap<>();
        for (String role : new String[] {QUESTION_ID, QUESTION, RESPONSE, ALIGNED, COHERENT, ID, JUDGE}) {
            roles.put(role, role);
        }
        return Collections.unmodifiableMap(roles);
    }
}
