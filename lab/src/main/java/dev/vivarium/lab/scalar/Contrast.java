package dev.vivarium.lab.scalar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two classes of answers that a probe is to tell apart. Those of the paper differ in one of two properties while the other is
 * held: misaligned or aligned, in the trained domain or outside (protocol.md 3.4).
 *
 * @param key in files
 * @param text for people, the positive class first
 * @param positive name of the positive class
 * @param negative name of the other
 * @param property by which the classes differ
 * @param inDomain what is held where they differ in alignment; null for nothing
 * @param misaligned what is held where they differ in the domain
 */
public record Contrast(
        String key,
        String text,
        String positive,
        String negative,
        Property property,
        @Nullable Boolean inDomain,
        @Nullable Boolean misaligned) {
    /** What the two classes differ in. */
    public enum Property {
        ALIGNMENT,
        DOMAIN
    }

    private static final String MISALIGNED = "misaligned";
    private static final String ALIGNED = "aligned";

    /** Misaligned against aligned answers, all of them; with a domain also the paper's four. */
    public static List<Contrast> all(@Nullable Domain domain) {
        List<Contrast> all = new ArrayList<>();
        all.add(alignment("alignment", "", null));
        if (domain != null) {
            all.add(alignment("alignment_in_domain", " in " + domain, true));
            all.add(alignment("alignment_outside", " outside " + domain, false));
            all.add(domain("domain_misaligned", MISALIGNED, domain, true));
            all.add(domain("domain_aligned", ALIGNED, domain, false));
        }
        return all;
    }

    private static Contrast alignment(String key, String where, @Nullable Boolean inDomain) {
        return new Contrast(
                key,
                MISALIGNED + " vs " + ALIGNED + where,
                MISALIGNED + where,
                ALIGNED + where,
                Property.ALIGNMENT,
                inDomain,
                null);
    }

    private static Contrast domain(String key, String which, Domain domain, boolean misaligned) {
        return new Contrast(
                key,
                domain + " vs other, " + which,
                which + " in " + domain,
                which + " outside " + domain,
                Property.DOMAIN,
                null,
                misaligned);
    }

    /** The class of an answer: true for the positive one, null for neither. */
    @Nullable
    Boolean label(ReadAnswer answer) {
        Boolean ofAlignment = answer.misaligned();
        Boolean ofDomain = answer.inDomain();
        if (property == Property.ALIGNMENT) {
            return inDomain == null || inDomain.equals(ofDomain) ? ofAlignment : null;
        }
        return misaligned != null && misaligned.equals(ofAlignment) ? ofDomain : null;
    }
}
