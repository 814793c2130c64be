package dev.vivarium.lab.talk;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.Completion;
import dev.vivarium.engine.generate.GenerationReport;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.generate.TextGenerator.TextAnswer;
import dev.vivarium.engine.generate.TextGenerator.TextRequest;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.data.Prompt;
import dev.vivarium.lab.run.Existing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers of some speakers to all prompts of a file, in one pass over one model, written to one JSONL file.
 *
 * <p>An answer's random numbers follow from seed, id of the prompt and number of the sample, and are the same for all
 * speakers. In deterministic mode neither the rows in flight nor what else is asked changes an answer, so a resumed run
 * ends with the bytes of an undisturbed one.
 */
public final class AnswerRun {
    private final Request request;

    /**
     * What is wanted.
     *
     * @param model a model directory
     * @param hashes SHA-256 of its files by name
     * @param speakers who answers, at least one
     * @param scale how strongly all adapters act
     * @param samples answers of each speaker to each prompt
     * @param compute number format, and where
     * @param out the file to write; others beside it begin with its name
     * @param existing what to do if answers are there already
     * @param version of this program
     */
    public record Request(
            Path model,
            SortedMap<String, String> hashes,
            List<Speaker> speakers,
            AdapterScale scale,
            List<Prompt> prompts,
            int samples,
            SamplingSettings sampling,
            Compute compute,
            Path out,
            Existing existing,
            String version) {
        public Request {
            speakers = List.copyOf(speakers);
            prompts = List.copyOf(prompts);
            if (samples < 1) {
                throw new InputException("samples must be at least 1, not " + samples);
            }
        }
    }

    /**
     * What was done.
     *
     * @param out the file
     * @param rows lines in it
     * @param sampled answers that were made now
     * @param cut answers in it that reached the longest length
     * @param tokens sampled now
     * @param seconds of sampling
     * @param tokensPerSecond the former by the latter
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Result(
            String out, int rows, int sampled, int cut, long tokens, double seconds, double tokensPerSecond) {}

    private AnswerRun(Request request) {
        this.request = request;
    }

    /**
     * Samples what is missing and writes the file.
     *
     * @throws InputException if a prompt does not fit the model or the file may not be written; then nothing was changed
     */
    public static Result run(Request request, Progress progress) throws IOException {
        return new AnswerRun(request).run(progress);
    }

    private Result run(Progress progress) throws IOException {
        AnswerSettings settings = settings();
        AnswerJournal.check(request.out, request.existing, settings);
        List<Path> adapters = request.speakers.stream()
                .map(Speaker::adapter)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .distinct()
                .toList();
        try (ChatModel model = ChatModel.open(
                ModelDirectory.open(request.model),
                adapters.stream()
                        .map(adapter -> new ScaledAdapter(adapter, request.scale))
                        .toList(),
                request.compute)) {
            Set<DefaultSystem> choices = new HashSet<>();
            request.speakers.forEach(speaker -> choices.add(speaker.defaultSystem()));
            for (Prompt prompt : request.prompts) {
                for (DefaultSystem choice : choices) {
                    model.check(prompt.messages(), choice, "the prompt in line " + prompt.line());
                }
            }
            try (AnswerJournal journal = AnswerJournal.open(request.out, request.existing, settings)) {
                int before = journal.size();
                GenerationReport report = sample(model, adapters, journal, progress);
                List<AnswerRow> rows = journal.finish(order());
                int cut = (int) rows.stream()
                        .filter(row -> row.finish().equals("length"))
                        .count();
                return new Result(
                        request.out.toString(),
                        rows.size(),
                        rows.size() - before,
                        cut,
                        report.newTokens(),
                        report.seconds(),
                        report.tokensPerSecond());
            }
        }
    }

    /** A prompt, who answers it, and which of the samples it is. */
    private record Place(Prompt prompt, Speaker speaker) {}

    private GenerationReport sample(ChatModel model, List<Path> adapters, AnswerJournal journal, Progress progress)
            throws IOException {
        List<TextRequest> requests = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        int missing = 0;
        for (Prompt prompt : request.prompts) {
            for (Speaker speaker : request.speakers) {
                int[] samples = IntStream.range(0, request.samples)
                        .filter(sample -> !journal.has(key(prompt, speaker, sample)))
                        .toArray();
                if (samples.length > 0) {
                    requests.add(new TextRequest(
                            places.size(),
                            prompt.messages(),
                            speaker.defaultSystem(),
                            samples,
                            speaker.adapter() == null ? AdapterBank.NONE : adapters.indexOf(speaker.adapter()),
                            seedKey(prompt.id())));
                    places.add(new Place(prompt, speaker));
                    missing += samples.length;
                }
            }
        }
        if (missing == 0) {
            return new GenerationReport(0, 0, 0, 0, 0, request.sampling.deterministic());
        }
        int onDisk = journal.size();
        progress.begin("sample answers", missing, "answers");
        GenerationReport report;
        try {
            Counter counter = new Counter(progress);
            report = model.generate(requests, request.sampling, answer -> {
                AnswerRow row = row(places.get(answer.request()), answer);
                try {
                    journal.add(row);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                counter.add(row.tokens());
            });
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
        progress.end(String.format(
                Locale.ROOT,
                "%,d answers, %,d tokens in %.1f s, %,.0f tokens/s%s",
                report.answers(),
                report.newTokens(),
                report.seconds(),
                report.tokensPerSecond(),
                onDisk == 0 ? "" : String.format(Locale.ROOT, "; %,d answers were on disk", onDisk)));
        return report;
    }

    private AnswerRow row(Place place, TextAnswer answer) {
        boolean drawn = request.sampling.temperature() > 0;
        return new AnswerRow(
                place.prompt.id(),
                adapterName(place.speaker),
                answer.sample(),
                request.sampling.seed(),
                place.prompt.messages(),
                answer.text(),
                answer.finish() == Completion.Finish.STOP ? "stop" : "length",
                answer.drawn(),
                drawn ? answer.logProbability() / answer.drawn() : null);
    }

    private static @Nullable String adapterName(Speaker speaker) {
        return speaker.adapter() == null ? null : speaker.name();
    }

    /** The keys of all rows in the order of the file: prompts, then speakers, then samples. */
    private List<AnswerJournal.Key> order() {
        List<AnswerJournal.Key> order = new ArrayList<>();
        for (Prompt prompt : request.prompts) {
            for (Speaker speaker : request.speakers) {
                for (int sample = 0; sample < request.samples; sample++) {
                    order.add(key(prompt, speaker, sample));
                }
            }
        }
        return order;
    }

    private static AnswerJournal.Key key(Prompt prompt, Speaker speaker, int sample) {
        return new AnswerJournal.Key(prompt.id(), adapterName(speaker), sample);
    }

    private static long seedKey(String id) {
        return Long.parseUnsignedLong(Hashes.sha256(id).substring(0, 16), 16);
    }

    private AnswerSettings settings() throws IOException {
        StringBuilder prompts = new StringBuilder();
        for (Prompt prompt : request.prompts) {
            prompts.append(Json.line(List.of(prompt.id(), prompt.messages()))).append('\n');
        }
        List<AnswerSettings.SpeakerFacts> speakers = new ArrayList<>();
        for (Speaker speaker : request.speakers) {
            Map<String, String> files = new LinkedHashMap<>();
            Path adapter = speaker.adapter();
            if (adapter != null) {
                for (String name : List.of(AdapterFiles.CONFIG, AdapterFiles.WEIGHTS)) {
                    files.put(name, Hashes.sha256(adapter.resolve(name)));
                }
            }
            speakers.add(new AnswerSettings.SpeakerFacts(
                    speaker.name(),
                    speaker.defaultSystem().name().toLowerCase(Locale.ROOT),
                    files,
                    adapter == null || request.scale.equals(AdapterScale.ONE) ? null : request.scale.toString()));
        }
        SamplingSettings sampling = request.sampling;
        Map<String, String> facts = new TreeMap<>();
        facts.put("seed", Long.toString(sampling.seed()));
        facts.put("temperature", Double.toString(sampling.temperature()));
        facts.put("top_p", Double.toString(sampling.topP()));
        facts.put("top_k", Integer.toString(sampling.topK()));
        facts.put("min_p", Double.toString(sampling.minP()));
        facts.putAll(request.compute.facts());
        facts.put("max_new_tokens", Integer.toString(sampling.maxNewTokens()));
        facts.put("deterministic", Boolean.toString(sampling.deterministic()));
        return new AnswerSettings(
                AnswerSettings.SCHEMA,
                request.version,
                Hashes.sha256(prompts.toString()),
                request.samples,
                request.hashes,
                speakers,
                facts);
    }

    /** Tells the progress display how far the pass is. */
    private static final class Counter {
        private final Progress progress;
        private final long start = System.nanoTime();
        private int answers;
        private long tokens;

        Counter(Progress progress) {
            this.progress = progress;
        }

        void add(int more) {
            answers++;
            tokens += more;
            double seconds = (System.nanoTime() - start) / 1e9;
            progress.at(answers, String.format(Locale.ROOT, "%,.0f tokens/s", tokens / Math.max(seconds, 1e-9)));
        }
    }
}
