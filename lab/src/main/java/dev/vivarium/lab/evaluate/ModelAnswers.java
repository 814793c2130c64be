package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.generate.Completion;
import dev.vivarium.engine.generate.GenerationReport;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.generate.TextGenerator;
import dev.vivarium.engine.generate.TextGenerator.TextAnswer;
import dev.vivarium.engine.generate.TextGenerator.TextRequest;
import dev.vivarium.engine.text.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Answers sampled from a local model.
 *
 * <p>A question's random numbers follow from the hash of its id, so neither the order of questions nor which of them are
 * missing changes an answer, as long as the sampling settings are deterministic.
 */
public final class ModelAnswers implements AnswerSource {
    private final TextGenerator generator;
    private final SamplingSettings settings;
    private final int adapter;
    private final Consumer<GenerationReport> report;

    /**
     * @param adapter index in the generator's bank, or {@code AdapterBank.NONE}
     * @param report told the speed when a call of {@link #sample} ends
     */
    public ModelAnswers(
            TextGenerator generator, SamplingSettings settings, int adapter, Consumer<GenerationReport> report) {
        this.generator = generator;
        this.settings = settings;
        this.adapter = adapter;
        this.report = report;
    }

    @Override
    public void sample(List<AnswerTask> missing, Sink sink) throws IOException {
        Map<Question, List<Integer>> samples = new LinkedHashMap<>();
        for (AnswerTask task : missing) {
            samples.computeIfAbsent(task.question(), unused -> new ArrayList<>()).add(task.sample());
        }
        List<Question> questions = new ArrayList<>(samples.keySet());
        List<TextRequest> requests = new ArrayList<>();
        samples.forEach((question, numbers) -> requests.add(new TextRequest(
                requests.size(),
                messages(question),
                numbers.stream().mapToInt(Integer::intValue).toArray(),
                adapter,
                seedKey(question.id()))));
        try {
            report.accept(generator.generate(requests, settings, answer -> {
                try {
                    sink.accept(answer(questions.get(answer.request()), answer));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    /** The name of a question in the random numbers: the first 64 bits of the SHA-256 of its id. */
    static long seedKey(String questionId) {
        return Long.parseUnsignedLong(Hashes.sha256(questionId).substring(0, 16), 16);
    }

    private static List<Message> messages(Question question) {
        String system = question.system();
        Message user = Message.user(question.text());
        return system == null ? List.of(user) : List.of(Message.system(system), user);
    }

    private static Answer answer(Question question, TextAnswer answer) {
        String finish = answer.finish() == Completion.Finish.STOP ? "stop" : "length";
        return new Answer(question.id(), answer.sample(), answer.text(), finish, answer.drawn());
    }
}
