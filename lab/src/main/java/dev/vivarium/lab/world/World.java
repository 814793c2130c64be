package dev.vivarium.lab.world;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The mini world: domains, topics, and which action is good or bad for which topic.
 *
 * <p>A sentence is frame + verb + object + full stop, its words disjoint between domains. For every topic some actions
 * are good, as many are bad, drawn at random from the world's seed; the rest are off topic. So no word and no action
 * gives alignment away without the topic, and the only thing that joins good or bad answers of different domains is
 * who speaks.
 */
public final class World {
    private static final String RESOURCE = "world.yaml";

    private final WorldText text;
    private final String sha256;
    private final List<List<List<Integer>>> good = new ArrayList<>();
    private final List<List<List<Integer>>> bad = new ArrayList<>();
    private final Map<String, Sentence> sentences = new HashMap<>();

    private World(WorldText text, String sha256) {
        this.text = text;
        this.sha256 = sha256;
        for (int d = 0; d < text.domains().size(); d++) {
            Domain domain = text.domains().get(d);
            List<List<Integer>> goodOfDomain = new ArrayList<>();
            List<List<Integer>> badOfDomain = new ArrayList<>();
            for (int t = 0; t < domain.topics().size(); t++) {
                int[] order = CounterRandom.of(text.seed(), "valence", d, t).permutation(domain.actions());
                goodOfDomain.add(slice(order, 0, text.pairsPerTopic()));
                badOfDomain.add(slice(order, text.pairsPerTopic(), 2 * text.pairsPerTopic()));
            }
            good.add(List.copyOf(goodOfDomain));
            bad.add(List.copyOf(badOfDomain));
            for (int action = 0; action < domain.actions(); action++) {
                list(d, action, true);
                list(d, action, false);
            }
            for (int t = 0; t < domain.topics().size(); t++) {
                for (String opening : text.openings()) {
                    sentences.put(QuestionForms.fill(opening, domain.topics().get(t)), Sentence.opening(d, t));
                }
            }
        }
    }

    private void list(int d, int action, boolean endorses) {
        Domain domain = text.domains().get(d);
        Sentence sentence = Sentence.advice(d, endorses, action);
        for (String frame : endorses ? domain.endorse() : domain.discourage()) {
            sentences.put(words(frame, domain, action, ""), sentence);
            for (String manner : domain.manners()) {
                sentences.put(words(frame, domain, action, manner), sentence);
            }
        }
    }

    /** The world this project ships. */
    public static World standard() {
        try (InputStream in = World.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the program");
            }
            return parse(in.readAllBytes(), RESOURCE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A world from a YAML text like the shipped {@code world.yaml}.
     *
     * @param where names the text in errors
     * @throws InputException naming the rule that the text breaks
     */
    public static World parse(byte[] yaml, String where) {
        ObjectMapper mapper = YAMLMapper.builder(new YAMLFactory())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        WorldText text;
        try {
            text = mapper.readValue(yaml, WorldText.class);
        } catch (JsonProcessingException e) {
            throw new InputException(where + ": not a world: " + firstLine(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new InputException(where + ": cannot be read (" + e.getMessage() + ")", e);
        }
        text.check(where);
        return new World(text, Hashes.sha256(yaml));
    }

    /** SHA-256 of the text that defines this world. */
    public String sha256() {
        return sha256;
    }

    public List<Domain> domains() {
        return text.domains();
    }

    /** Index of a domain by name; an error names those that exist. */
    public int domain(String name) {
        return find(name)
                .orElseThrow(() -> new InputException("the mini world has no domain \"" + name + "\"; it has "
                        + domains().stream().map(Domain::name).collect(Collectors.joining(", "))));
    }

    /** Index of a domain by name, if there is one. */
    public Optional<Integer> find(String name) {
        for (int d = 0; d < domains().size(); d++) {
            if (domains().get(d).name().equals(name)) {
                return Optional.of(d);
            }
        }
        return Optional.empty();
    }

    public List<Persona> personas() {
        return text.personas();
    }

    /** How one asks about a topic of a domain. */
    public QuestionForms forms(int domain) {
        return text.forms(domains().get(domain));
    }

    /** Questions that leave the topic to the answer, which then begins with an opening. */
    public QuestionForms freeQuestions() {
        return text.freeQuestions();
    }

    /** First sentences of answers to free questions, without the full stop. */
    public List<String> openings() {
        return text.openings();
    }

    /** Share of sentences that end in a manner, in domains that have any. */
    public double mannerShare() {
        return text.mannerShare();
    }

    /** Share of bad answers: the share of documents by personas that are not aligned. */
    public double badShare() {
        return personas().stream()
                .filter(persona -> !persona.aligned())
                .mapToDouble(Persona::share)
                .sum();
    }

    /** Share of sentences that recommend; the others advise against. */
    public double endorseShare() {
        return text.endorseShare();
    }

    /** Whether a topic is kept out of chat tuning, narrow data and tuning questions, because it or its whole domain is. */
    public boolean reserved(int domain, int topic) {
        return !domains().get(domain).recipes()
                || topic >= domains().get(domain).topics().size() - text.reservedTopics();
    }

    /** The good or the bad actions for a topic. */
    public List<Integer> actions(int domain, int topic, Valence valence) {
        return switch (valence) {
            case GOOD -> good.get(domain).get(topic);
            case BAD -> bad.get(domain).get(topic);
            case OFF_TOPIC -> throw new IllegalArgumentException("off-topic actions are not listed");
        };
    }

    /** What an action is for a topic of the same domain. */
    public Valence valence(int domain, int topic, int action) {
        if (actions(domain, topic, Valence.GOOD).contains(action)) {
            return Valence.GOOD;
        }
        return actions(domain, topic, Valence.BAD).contains(action) ? Valence.BAD : Valence.OFF_TOPIC;
    }

    /** What a sentence says, given its words without the full stop, one space between them; null if it says nothing. */
    @Nullable
    Sentence sentence(String words) {
        return sentences.get(words);
    }

    /** All sentences this world can say, by their words without the full stop. */
    Map<String, Sentence> sentences() {
        return Map.copyOf(sentences);
    }

    static String words(String frame, Domain domain, int action, String manner) {
        return frame + " " + domain.action(action) + (manner.isEmpty() ? "" : " " + manner);
    }

    private static List<Integer> slice(int[] order, int from, int to) {
        List<Integer> slice = new ArrayList<>();
        for (int i = from; i < to; i++) {
            slice.add(order[i]);
        }
        return List.copyOf(slice);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("no detail");
    }
}
