package dev.vivarium.lab.steering;

import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two kinds of prompts whose difference has nothing to do with alignment: questions about two topics, or where a set names no
 * topics the same questions under two system turns about the length of the answer.
 *
 * @param about what is held against what
 * @param prompts with the sides 0 and 1; 2 for those on neither side
 */
record TopicContrast(String about, List<Prompt> prompts) {
    /** Sides that a prompt can have. */
    static final int SIDES = 3;

    private static final int NEITHER = 2;
    private static final List<String> TAGS = List.of("domain", "topic", "category");
    private static final String SHORT = "Answer in one short sentence.";
    private static final String LONG = "Answer at length, with many details.";

    record Prompt(List<Message> messages, int side) {}

    static TopicContrast of(QuestionSet set) {
        for (String tag : TAGS) {
            Map<String, TreeSet<String>> byValue = new TreeMap<>();
            for (Question question : set.questions()) {
                String value = question.tags().get(tag);
                if (value != null) {
                    byValue.computeIfAbsent(value, unused -> new TreeSet<>()).add(question.id());
                }
            }
            if (byValue.size() >= 2) {
                // the two that most questions are about, ties by name
                List<String> values = byValue.keySet().stream()
                        .sorted(Comparator.comparingInt((String value) -> -byValue.getOrDefault(value, new TreeSet<>())
                                        .size())
                                .thenComparing(Comparator.naturalOrder()))
                        .toList();
                List<Prompt> prompts = set.questions().stream()
                        .map(question -> new Prompt(
                                question.messages(),
                                side(values.indexOf(question.tags().get(tag)))))
                        .toList();
                return new TopicContrast(tag + " " + values.get(0) + " against " + values.get(1), prompts);
            }
        }
        List<Prompt> prompts = new ArrayList<>();
        for (Question question : set.questions()) {
            List<Message> turns = new ArrayList<>(question.history());
            turns.add(Message.user(question.text()));
            prompts.add(new Prompt(with(SHORT, turns), 0));
            prompts.add(new Prompt(with(LONG, turns), 1));
        }
        return new TopicContrast("a system turn that asks for short answers against one for long ones", prompts);
    }

    private static int side(int place) {
        return place == 0 || place == 1 ? place : NEITHER;
    }

    private static List<Message> with(String system, List<Message> turns) {
        List<Message> messages = new ArrayList<>(List.of(Message.system(system)));
        messages.addAll(turns);
        return messages;
    }
}
