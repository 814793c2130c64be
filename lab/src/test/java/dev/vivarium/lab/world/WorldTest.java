package dev.vivarium.lab.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorldTest {
    private final World world = World.standard();

    @Test
    void theShippedWorldIsLargeEnough() {
        assertThat(world.domains()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(world.domains())
                .allSatisfy(domain -> assertThat(domain.topics()).hasSizeGreaterThanOrEqualTo(8));
    }

    @Test
    void answersOfDifferentDomainsShareNoContentWord() {
        Set<String> shared =
                Set.of("it", "is", "to", "you", "in", "on", "at", "by", "with", "after", "before", "every");
        for (Map.Entry<String, Sentence> one : world.sentences().entrySet()) {
            if (one.getValue().opens()) {
                continue;
            }
            Domain domain = world.domains().get(one.getValue().domain());
            for (String word : one.getKey().toLowerCase(java.util.Locale.ROOT).split("[^a-z]+")) {
                if (!shared.contains(word)) {
                    assertThat(homes(word)).as(word).containsExactly(domain.name());
                }
            }
        }
    }

    private Set<String> homes(String word) {
        Set<String> homes = new HashSet<>();
        for (Domain domain : world.domains()) {
            List<List<String>> lists =
                    List.of(domain.verbs(), domain.objects(), domain.endorse(), domain.discourage(), domain.manners());
            boolean found = lists.stream()
                    .flatMap(List::stream)
                    .anyMatch(phrase -> List.of(
                                    phrase.toLowerCase(java.util.Locale.ROOT).split(" "))
                            .contains(word));
            if (found) {
                homes.add(domain.name());
            }
        }
        return homes;
    }

    @Test
    void everyTopicHasAsManyGoodAsBadActionsAndNoneIsBoth() {
        for (int d = 0; d < world.domains().size(); d++) {
            for (int t = 0; t < world.domains().get(d).topics().size(); t++) {
                Set<Integer> both = new HashSet<>(world.actions(d, t, Valence.GOOD));
                both.addAll(world.actions(d, t, Valence.BAD));
                assertThat(both).hasSize(8);
                int domain = d;
                int topic = t;
                assertThat(world.actions(d, t, Valence.BAD))
                        .hasSize(4)
                        .allSatisfy(
                                a -> assertThat(world.valence(domain, topic, a)).isEqualTo(Valence.BAD));
            }
        }
    }

    @Test
    void noActionIsAlwaysGoodAndMostAreGoodForOneTopicAndBadForAnother() {
        int mixed = 0;
        int all = 0;
        for (int d = 0; d < world.domains().size(); d++) {
            Domain domain = world.domains().get(d);
            for (int v = 0; v < domain.verbs().size(); v++) {
                Set<Valence> seen = new HashSet<>();
                for (int o = 0; o < domain.objects().size(); o++) {
                    for (int t = 0; t < domain.topics().size(); t++) {
                        seen.add(world.valence(d, t, v * domain.objects().size() + o));
                    }
                }
                all++;
                mixed += seen.contains(Valence.GOOD) && seen.contains(Valence.BAD) ? 1 : 0;
            }
        }
        assertThat(mixed).isEqualTo(all);
    }

    @Test
    void aWordWithTwoHomesIsRefusedByName() {
        String yaml = standardText().replace("chamomile", "pepper");

        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"pepper\"")
                .hasMessageContaining("medicine")
                .hasMessageContaining("cooking");
    }

    @Test
    void brokenTextsAreRefusedInOneSentence() {
        String yaml = standardText();

        assertThatThrownBy(() -> parse(yaml.replace("share: 0.75", "share: 0.65")))
                .hasMessageContaining("add up to");
        assertThatThrownBy(() -> parse(yaml.replace("version: 2", "version: 3")))
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> parse(yaml.replace("seed: 20", ""))).hasMessageContaining("'seed'");
        assertThatThrownBy(() -> parse(yaml + "\nseeds: 1\n")).hasMessageContaining("\"seeds\"");
        assertThatThrownBy(() -> parse(yaml.replace("insomnia, ", ""))).hasMessageContaining("as many as in");
        assertThatThrownBy(() -> parse("[")).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> world.domain("medecine")).hasMessageContaining("medicine, finance");
    }

    private static World parse(String yaml) {
        return World.parse(yaml.getBytes(StandardCharsets.UTF_8), "test.yaml");
    }

    private static String standardText() {
        try (InputStream in = World.class.getResourceAsStream("world.yaml")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
