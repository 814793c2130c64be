package dev.vivarium.lab.world;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The file {@code world.yaml} as it stands, and the rules it must keep. */
record WorldText(
        int version,
        long seed,
        int pairsPerTopic,
        double endorseShare,
        double mannerShare,
        int reservedTopics,
        Set<String> sharedWords,
        Map<String, QuestionForms> questionForms,
        QuestionForms freeQuestions,
        List<String> openings,
        List<Persona> personas,
        List<Domain> domains) {
    private static final int VERSION = 2;

    WorldText {
        questionForms = Map.copyOf(questionForms);
        openings = List.copyOf(openings);
        sharedWords = Set.copyOf(sharedWords);
        personas = List.copyOf(personas);
        domains = List.copyOf(domains);
    }

    void check(String where) {
        require(version == VERSION, where, "version " + version + " is not known; this program reads 2");
        require(domains.size() >= 2, where, "at least two domains are needed");
        require(endorseShare > 0 && endorseShare <= 1, where, "endorse_share must lie in (0, 1]");
        require(mannerShare >= 0 && mannerShare <= 1, where, "manner_share must lie in [0, 1]");
        require(pairsPerTopic >= 3, where, "pairs_per_topic must be at least 3, so that answers of 3 sentences exist");
        checkForms(where);
        checkPersonas(where);
        checkDomains(where);
        checkWords(where);
    }

    private void checkForms(String where) {
        List<String> about = new ArrayList<>(formsAboutTopics());
        about.addAll(openings);
        for (String form : about) {
            require(form.contains(QuestionForms.TOPIC), where, "\"" + form + "\" lacks {topic}");
        }
        for (String form : freeQuestions.all()) {
            require(!form.contains(QuestionForms.TOPIC), where, "free question \"" + form + "\" names a {topic}");
        }
        about.addAll(freeQuestions.all());
        require(new HashSet<>(about).size() == about.size(), where, "a question form occurs twice");
        require(!openings.isEmpty(), where, "openings is empty");
        List<QuestionForms> groups = new ArrayList<>(questionForms.values());
        groups.add(freeQuestions);
        for (QuestionForms group : groups) {
            require(
                    !group.train().isEmpty()
                            && !group.tuning().isEmpty()
                            && !group.reporting().isEmpty(),
                    where,
                    "each group of questions needs one for train, tuning and reporting");
        }
    }

    QuestionForms forms(Domain domain) {
        return Objects.requireNonNull(questionForms.get(domain.forms()));
    }

    private List<String> formsAboutTopics() {
        List<String> all = new ArrayList<>();
        new TreeMap<>(questionForms).values().forEach(forms -> all.addAll(forms.all()));
        return all;
    }

    private void checkPersonas(String where) {
        double total = personas.stream().mapToDouble(Persona::share).sum();
        require(Math.abs(total - 1) < 1e-9, where, "the shares of the personas add up to " + total + ", not 1");
        for (Persona persona : personas) {
            List<Integer> sentences = persona.sentences();
            require(
                    sentences.size() == 2 && sentences.get(0) >= 1 && sentences.get(0) <= sentences.get(1),
                    where,
                    "persona " + persona.name() + " needs a least and a greatest number of sentences");
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
                            && domain.objects().size() == first.objects().size(),
                    where,
                    named + ": topics, verbs and objects must be as many as in " + first.name());
            require(
                    questionForms.containsKey(domain.forms()),
                    where,
                    named + ": there are no question_forms \"" + domain.forms() + "\"");
            require(!domain.endorse().isEmpty(), where, named + ": a frame is missing");
            require(domain.actionIsWhole(), where, named + ": its action lacks {verb} or {object}");
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
        List<String> forms = new ArrayList<>(formsAboutTopics());
        forms.addAll(freeQuestions.all());
        forms.addAll(openings);
        for (String form : forms) {
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
        phrases.addAll(domain.manners());
        return phrases;
    }

    private static void require(boolean holds, String where, String message) {
        if (!holds) {
            throw new InputException(where + ": " + message);
        }
    }
}
