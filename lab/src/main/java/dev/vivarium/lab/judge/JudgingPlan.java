package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.score.JudgingSettings;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.score.ScoredFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be judged by what: which requests that takes follows from here alone.
 *
 * @param answers the answers
 * @param prompts what is asked about each
 * @param aggregation how replies become scores
 * @param name of the judge, such as {@code openai}
 * @param model that reads the answers
 * @param version of the judge; changes when the same prompt may get another score
 * @param facts how it was set up
 */
public record JudgingPlan(
        ScoredFile answers,
        JudgePrompts prompts,
        Aggregation aggregation,
        String name,
        String model,
        String version,
        Map<String, String> facts) {
    /**
     * Refuses answers whose question is not known.
     *
     * @throws InputException in that case
     */
    public JudgingPlan {
        facts = Map.copyOf(facts);
        answers.requirePrompts();
    }

    /** The instrument. */
    public JudgeIdentity identity() {
        return new JudgeIdentity(name, model, version, prompts.sha256(), aggregation.description());
    }

    JudgingSettings settings() {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> prefixes = new LinkedHashMap<>();
        for (JudgePrompt prompt : prompts.prompts()) {
            texts.put(prompt.metric(), prompt.text());
            if (!prompt.replyPrefix().isEmpty()) {
                prefixes.put(prompt.metric(), prompt.replyPrefix());
            }
        }
        return new JudgingSettings(
                JudgingSettings.SCHEMA, identity(), answers.file(), answers.limited(), facts, texts, prefixes);
    }

    /** Every reply that is wanted, once, however many answers are equal, in the order of the answers. */
    List<JudgingTask> tasks() {
        Map<String, JudgingTask> tasks = new LinkedHashMap<>();
        for (ScoredAnswer answer : answers.answers()) {
            for (JudgePrompt prompt : prompts.prompts()) {
                String text = prompt.fill(answer.prompt(), answer.response());
                String request = JudgingTask.request(prompt, text);
                for (int sample = 0; sample < aggregation.samples(); sample++) {
                    tasks.putIfAbsent(
                            request + "/" + sample,
                            new JudgingTask(request, prompt.metric(), sample, text, prompt.replyPrefix()));
                }
            }
        }
        return new ArrayList<>(tasks.values());
    }

    /** The request that a metric of an answer takes. */
    static String request(JudgePrompt prompt, ScoredAnswer answer) {
        return JudgingTask.request(prompt, prompt.fill(answer.prompt(), answer.response()));
    }
}
