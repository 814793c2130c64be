package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.Completion;
import dev.vivarium.engine.generate.GenerationReport;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.generate.TextGenerator.TextAnswer;
import dev.vivarium.engine.generate.TextGenerator.TextRequest;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A base model in memory with the adapters of all subjects, and the answers it gives.
 *
 * <p>A question's random numbers follow from the hash of its id, so neither the order of questions nor which of them are
 * missing changes an answer, as long as the sampling settings are deterministic. All subjects get the same random
 * numbers, so that they can be compared in pairs (protocol.md App. D).
 */
final class ModelAnswers implements AutoCloseable {
    private final ChatModel model;
    private final List<Integer> adapterOf;
    private final List<Integer> interventionOf;

    /**
     * What is wanted of one subject.
     *
     * @param subject its number
     * @param defaultSystem what happens to the chat template's own system turn
     * @param missing tasks without an answer
     * @param sink takes the answers
     */
    record Part(int subject, DefaultSystem defaultSystem, List<AnswerTask> missing, AnswerSource.Sink sink) {}

    private ModelAnswers(ChatModel model, List<Integer> adapterOf, List<Integer> interventionOf) {
        this.model = model;
        this.adapterOf = adapterOf;
        this.interventionOf = interventionOf;
    }

    /**
     * Loads the model and the adapters; none of the subjects' directories is touched.
     *
     * @param maxNewTokens longest answer that is to be sampled
     * @throws InputException if a file is missing, an adapter or an intervention does not fit the model, or an adapter does
     *     nothing
     */
    static ModelAnswers open(ModelDirectory base, List<Subject> subjects, Compute compute, int maxNewTokens) {
        List<ScaledAdapter> adapters = new ArrayList<>();
        List<Integer> adapterOf = new ArrayList<>();
        List<Integer> interventionOf = new ArrayList<>();
        List<List<Intervention>> interventions = new ArrayList<>();
        for (Subject subject : subjects) {
            Path directory = subject.adapter();
            ScaledAdapter adapter = directory == null ? null : new ScaledAdapter(directory, subject.scale());
            if (adapter != null && !adapters.contains(adapter)) {
                adapters.add(adapter);
            }
            adapterOf.add(adapter == null ? AdapterBank.NONE : adapters.indexOf(adapter));
            interventionOf.add(subject.intervened().acts() ? interventions.size() : InterventionBank.NONE);
            if (subject.intervened().acts()) {
                interventions.add(subject.intervened().interventions());
            }
        }
        ChatModel model = ChatModel.open(base, adapters, compute);
        try {
            model.intervene(interventions, maxNewTokens);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        return new ModelAnswers(model, adapterOf, interventionOf);
    }

    /**
     * Makes sure that every question can be put to the model.
     *
     * @throws InputException naming the first that cannot
     */
    void check(QuestionSet questions, DefaultSystem defaultSystem) {
        questions
                .questions()
                .forEach(question -> model.check(question.messages(), defaultSystem, "question " + question.id()));
    }

    /** Samples everything that is missing in one pass; each answer goes to the sink of its part as soon as it is complete. */
    GenerationReport sample(List<Part> parts, SamplingSettings sampling) throws IOException {
        record Asked(Question question, AnswerSource.Sink sink) {}
        List<Asked> asked = new ArrayList<>();
        List<TextRequest> requests = new ArrayList<>();
        for (Part part : parts) {
            Map<Question, List<Integer>> samples = new LinkedHashMap<>();
            for (AnswerTask task : part.missing()) {
                samples.computeIfAbsent(task.question(), unused -> new ArrayList<>())
                        .add(task.sample());
            }
            samples.forEach((question, numbers) -> {
                requests.add(new TextRequest(
                        requests.size(),
                        question.messages(),
                        part.defaultSystem(),
                        numbers.stream().mapToInt(Integer::intValue).toArray(),
                        adapterOf.get(part.subject()),
                        interventionOf.get(part.subject()),
                        seedKey(question.id())));
                asked.add(new Asked(question, part.sink()));
            });
        }
        try {
            return model.generate(requests, sampling, answer -> {
                Asked to = asked.get(answer.request());
                try {
                    to.sink().accept(answer(to.question(), answer));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    @Override
    public void close() {
        model.close();
    }

    /** The name of a question in the random numbers: the first 64 bits of the SHA-256 of its id. */
    static long seedKey(String questionId) {
        return Long.parseUnsignedLong(Hashes.sha256(questionId).substring(0, 16), 16);
    }

    private static Answer answer(Question question, TextAnswer answer) {
        String finish = answer.finish() == Completion.Finish.STOP ? "stop" : "length";
        return new Answer(question.id(), answer.sample(), answer.text(), finish, answer.drawn());
    }
}
