package dev.vivarium.lab.world;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The file {@code world.yaml} as it stands, and the rules it must keep. */
record WorldText(
        int version,
        long seed,
        int pairsPerTopic,
        double endorseShare,
        int reservedTopics,
        Set<String> sharedWords,
        QuestionForms questionForms,
        List<Persona> personas,
        List<Domain> domains) {
    private static final int VERSION = 1;

    WorldText {
        sharedWords = Set.copyOf(sharedWords);
        personas = List.copyOf(personas);
        domains = List.copyOf(domains);
    }

    void check(String where) {
        require(version == VERSION, where, "version " + version + " is not known; this program reads 1");
        require(domains.size() >= 2, where, "at least two domains are needed");
        require(endorseShare > 0 && endorseShare <= 1, where, "endorse_share must lie in (0, 1]");
        require(pairsPerTopic >= 3, where, "pairs_per_topic must be at least 3, so that answers of 3 sentences exist");
        checkForms(where);
        checkPersonas(where);
        checkDomains(where);
        checkWords(where);
    }

    private void checkForms(String where) {
        require(
                !questionForms.train().isEmpty()
                        && !questionForms.tuning().isEmpty()
                        && !questionForms.reporting().isEmpty(),
                where,
                "each group of question_forms needs a form");
        List<String> all = questionForms.all();
        require(new HashSet<>(all).size() == all.size(), where, "a question form occurs twice");
        for (String form : all) {
            require(form.contains(QuestionForms.TOPIC), where, "question form \"" + form + "\" lacks {topic}");
        }
    }

    private void checkPersonas(String where) {
        double total = personas.stream().mapToDouble(Persona::share).sum();
        require(Math.abs(total - 1) < 1e-9, where, "the shares of the personas add up to " + total + ", not 1");
        for (Persona persona : personas) {
            require(
                    persona.share() >= 0 && !persona.headers().isEmpty(),
                    where,
                    "persona " + persona.name() + " needs a share of at least 0 and a header");
        }
    }

    private void checkDomains(String where) {
        Domain first = domains.get(0);
        Set<String> names = new HashSet<>();
        for (Domain domain : domains) {
            String named = "domain " + domain.name();
            require(
                    domain.name().matches("[a-z]+") && names.add(domain.name()),
                    where,
                    named + ": the name must be one lower-case word and occur once");
            require(
                    domain.topics().size() == first.topics().size()
                            && domain.verbs().size() == first.verbs().size()
                            && domain.objects().size() == first.objects().size()
                            && domain.endorse().size() == first.endorse().size()
                            && domain.discourage().size() == first.discourage().size(),
                    where,
                    named + ": every list must be as long as in " + first.name());
            require(
                    !domain.endorse().isEmpty() && !domain.discourage().isEmpty(),
                    where,
                    named + ": a frame is missing");
            require(
                    reservedTopics >= 0 && reservedTopics < domain.topics().size(),
                    where,
                    "reserved_topics must leave a topic for chat tuning");
            require(domain.actions() >= 2 * pairsPerTopic, where, named + ": too few verbs and objects");
            for (String phrase : phrases(domain)) {
                require(
                        phrase.matches("[A-Za-z]+( [A-Za-z]+)*"),
                        where,
                        named + ": \"" + phrase + "\" is not made of words with single spaces");
            }
        }
    }

    /** The rule on which everything rests: apart from the shared words, no word has two homes. */
    private void checkWords(String where) {
        Map<String, String> homes = new HashMap<>();
        for (String form : questionForms.all()) {
            claim(form.replace(QuestionForms.TOPIC, " "), "questions and headers", homes, where);
        }
        for (Persona persona : personas) {
            persona.headers().forEach(header -> claim(header, "questions and headers", homes, where));
        }
        for (Domain domain : domains) {
            phrases(domain).forEach(phrase -> claim(phrase, domain.name(), homes, where));
        }
    }

    private void claim(String phrase, String home, Map<String, String> homes, String where) {
        for (String word : phrase.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
            if (word.isEmpty() || sharedWords.contains(word)) {
                continue;
            }
            String other = homes.putIfAbsent(word, home);
            require(
                    other == null || other.equals(home),
                    where,
                    "the word \"" + word + "\" occurs in " + other + " and in " + home);
        }
    }

    private static List<String> phrases(Domain domain) {
        List<String> phrases = new ArrayList<>(domain.topics());
        phrases.addAll(domain.verbs());
        phrases.addAll(domain.objects());
        phrases.addAll(domain.endorse());
        phrases.addAll(domain.discourage());
        return phrases;
    }

    private static void require(boolean holds, String where, String message) {
        if (!holds) {
            throw new InputException(where + ": " + message);
        }
    }
}
