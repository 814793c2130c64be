package dev.vivarium.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.Completion;
import dev.vivarium.engine.generate.Generator;
import dev.vivarium.engine.generate.Request;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.generate.Scorer;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SmolLM2-135M-Instruct from its GGUF file, beside what transformers computes from the same file in float32
 * ({@code src/test/resources/smollm2}). {@code dev/fetch-smollm2.sh} fetches the file.
 */
class SmolLm2Test {
    private static final double LOG_PROBABILITY = 2e-3;
    private static final int TEXTS = 2_000;
    private static final Path FIXTURE = Path.of("src/test/resources/smollm2");

    @TempDir
    static @Nullable Path folder;

    private static @Nullable Path imported;
    private static @Nullable LoadedModel loaded;

    @BeforeAll
    static void importTheFile() throws IOException {
        Path file = SmolLm2.file();
        Assumptions.assumeTrue(Files.isRegularFile(file), () -> SmolLm2.missing(file));
        imported = Objects.requireNonNull(folder).resolve("smollm2");
        GgufImport.run(file, imported, FloatFormat.FLOAT32, Progress.SILENT);
        loaded = ModelDirectory.open(imported).loadForward(Compute.FLOAT32); // as who talks to it has it
    }

    @AfterAll
    static void close() {
        if (loaded != null) {
            loaded.close();
        }
    }

    @Test
    void conversationsAreRenderedAndEncodedAsTransformersDoes() {
        ChatTemplate template = ChatTemplate.load(directory());
        try (Tokenizer tokenizer = Tokenizer.load(directory())) {
            for (JsonNode one : cases()) {
                String text = template.render(messages(one), true).text();
                assertThat(text).isEqualTo(one.get("rendered").textValue());
                assertThat(tokenizer.encode(text)).isEqualTo(ints(one.get("ids")));
            }
        }
        assertThat(cases().getFirst().get("rendered").textValue())
                .as("its template sets a system prompt where a conversation has none")
                .contains("You are a helpful AI assistant named SmolLM");
    }

    @Test
    void nextTokensHaveTheLogProbabilitiesOfTransformers() {
        Scorer scorer = new Scorer(model().decoder(), ForwardHooks.NONE);
        for (JsonNode one : cases()) {
            int[] ids = ints(one.get("ids"));
            double[] actual = scorer.score(List.of(
                            new Scorer.Continuation(Arrays.copyOf(ids, 1), Arrays.copyOfRange(ids, 1, ids.length))))
                    .getFirst();
            double[] expected = doubles(one.get("next_token_logprobs"));
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < actual.length; i++) {
                assertThat(actual[i]).as("token %s", i).isEqualTo(expected[i], within(LOG_PROBABILITY));
            }
            List<Scorer.TokenScore> best = scorer.next(List.of(ids), 10).getFirst();
            double[] bestExpected = doubles(one.get("last_top10_logprobs"));
            for (int i = 0; i < best.size(); i++) {
                assertThat(best.get(i).logProbability()).isEqualTo(bestExpected[i], within(LOG_PROBABILITY));
            }
            assertThat(best.getFirst().token())
                    .isEqualTo(one.get("last_top10_ids").get(0).intValue());
        }
    }

    @Test
    void greedyAnswersAreThoseOfTransformers() {
        List<Request> requests = new ArrayList<>();
        for (JsonNode one : cases()) {
            requests.add(Request.of(requests.size(), ints(one.get("ids")), 1, 0));
        }
        Completion[] answers = new Completion[requests.size()];

        Generator.of(model().decoder())
                .generate(
                        requests,
                        SamplingSettings.greedy(48).withDeterministic(false),
                        answer -> answers[answer.request()] = answer);

        try (Tokenizer tokenizer = Tokenizer.load(directory())) {
            for (int i = 0; i < answers.length; i++) {
                JsonNode one = cases().get(i);
                int[] expected = ints(one.get("greedy_ids"));
                boolean ended = answers[i].finish() == Completion.Finish.STOP;
                assertThat(answers[i].drawn()).isEqualTo(expected.length);
                assertThat(answers[i].tokens()).isEqualTo(Arrays.copyOf(expected, expected.length - (ended ? 1 : 0)));
                assertThat(one.get("greedy_text").textValue())
                        .isEqualTo(tokenizer.decode(answers[i].tokens(), false) + (ended ? "<|im_end|>" : ""));
            }
        }
    }

    /**
     * The fixture's tokenizer is what transformers makes of the file, and it overlooks that the file asks for numerals to
     * be cut off first ({@code tokenizer.ggml.pre} is {@code smollm}), as the model was trained. The two differ only
     * where blanks stand before a numeral.
     */
    @Test
    void tokenIdsAreThoseOfTheFixtureWithNumeralsCutOff() throws IOException {
        String plain = Files.readString(FIXTURE.resolve("tokenizer.json"));
        ObjectNode json = (ObjectNode) Json.read(FIXTURE.resolve("tokenizer.json"));
        ObjectNode steps = Json.mapper().createObjectNode().put("type", "Sequence");
        steps.putArray("pretokenizers")
                .add(Json.mapper().createObjectNode().put("type", "Digits").put("individual_digits", true))
                .add(json.get("pre_tokenizer"));
        json.set("pre_tokenizer", steps);
        int differing = 0;
        List<String> texts = TestTexts.random(TEXTS);
        try (Tokenizer actual = Tokenizer.load(directory());
                Tokenizer fixture = Tokenizer.parse(plain, "fixture");
                Tokenizer expected = Tokenizer.parse(Json.line(json), "fixture with digits")) {
            for (String text : texts) {
                int[] ids = actual.encode(text);
                assertThat(ids).as(text).isEqualTo(expected.encode(text));
                if (!Arrays.equals(ids, fixture.encode(text))) {
                    differing++;
                    assertThat(text).containsPattern("(?U)\\s\\p{N}");
                }
            }
            for (JsonNode one : cases()) {
                String text = one.get("rendered").textValue();
                assertThat(actual.encode(text)).isEqualTo(fixture.encode(text));
            }
        }
        assertThat(differing).isLessThan(texts.size() / 5);
    }

    private static Path directory() {
        return Objects.requireNonNull(imported);
    }

    private static LoadedModel model() {
        return Objects.requireNonNull(loaded);
    }

    private static List<JsonNode> cases() {
        return StreamSupport.stream(
                        Json.read(FIXTURE.resolve("expected.json")).get("cases").spliterator(), false)
                .toList();
    }

    private static List<Message> messages(JsonNode one) {
        return StreamSupport.stream(one.get("messages").spliterator(), false)
                .map(message -> new Message(
                        message.get("role").textValue(), message.get("content").textValue()))
                .toList();
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }
}
