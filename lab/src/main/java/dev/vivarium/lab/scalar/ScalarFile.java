package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.SafetensorsWriter.Part;
import dev.vivarium.lab.results.TokenScalars;
import dev.vivarium.lab.scalar.ScalarReading.AnswerTokens;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Scalars as a safetensors file: {@code scalars} and {@code controls} float32 (tokens, components), {@code token_ids} and
 * {@code answer} int32 (tokens), the latter being places in the list of answers of {@code scalars.json}. The metadata names
 * the components in the order of the columns.
 */
final class ScalarFile {
    private static final float ROUNDING = 1000f;

    private ScalarFile() {}

    static void write(Path file, ScalarReport report) throws IOException {
        List<AnswerTokens> answers = report.reading().answers();
        long tokens = report.reading().tokens();
        long components = report.reading().components().size();
        List<Part> parts = List.of(
                new Part(
                        "scalars",
                        "F32",
                        new long[] {tokens, components},
                        out -> floats(out, answers, AnswerTokens::scalars)),
                new Part(
                        "controls",
                        "F32",
                        new long[] {tokens, components},
                        out -> floats(out, answers, AnswerTokens::controls)),
                new Part("token_ids", "I32", new long[] {tokens}, out -> ids(out, answers)),
                new Part("answer", "I32", new long[] {tokens}, out -> places(out, answers)));
        SafetensorsWriter.write(
                file,
                parts,
                Map.of(
                        "kind",
                        "vivarium scalars",
                        "schema",
                        "1",
                        "components",
                        Json.line(report.reading().components().stream()
                                .map(component -> component.name())
                                .toList())));
    }

    /** What each answer is, in the order of the numbers in {@code answer}. */
    static List<Map<String, @Nullable Object>> index(ScalarReport report) {
        List<Map<String, @Nullable Object>> index = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < report.answers().answers().size(); i++) {
            ReadAnswer answer = report.answers().answers().get(i);
            int tokens = report.reading().answers().get(i).ids().length;
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("source", answer.source());
            one.put("question_id", answer.questionId());
            one.put("sample", answer.sample());
            one.put("cluster", answer.cluster());
            one.put("misaligned", answer.misaligned());
            one.put("narrow", answer.inDomain());
            one.put("from_token", from);
            one.put("tokens", tokens);
            index.add(one);
            from += tokens;
        }
        return index;
    }

    /** Each answer's tokens with the scalars of one component, rounded as pages show them. */
    static String lines(ScalarReport report, int component) {
        StringBuilder lines = new StringBuilder(1 << 16);
        for (int i = 0; i < report.answers().answers().size(); i++) {
            ReadAnswer answer = report.answers().answers().get(i);
            AnswerTokens tokens = report.reading().answers().get(i);
            float[] scalars = tokens.of(component);
            for (int t = 0; t < scalars.length; t++) {
                scalars[t] = Math.round(scalars[t] * ROUNDING) / ROUNDING;
            }
            lines.append(Json.line(new TokenScalars.Line(
                            answer.source(), answer.questionId(), answer.sample(), tokens.pieces(), scalars)))
                    .append('\n');
        }
        return lines.toString();
    }

    private static void floats(OutputStream out, List<AnswerTokens> answers, Function<AnswerTokens, float[][]> values)
            throws IOException {
        for (AnswerTokens answer : answers) {
            for (float[] row : values.apply(answer)) {
                ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * row.length).order(ByteOrder.LITTLE_ENDIAN);
                for (float value : row) {
                    bytes.putFloat(value);
                }
                out.write(bytes.array());
            }
        }
    }

    private static void ids(OutputStream out, List<AnswerTokens> answers) throws IOException {
        for (AnswerTokens answer : answers) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Integer.BYTES * answer.ids().length).order(ByteOrder.LITTLE_ENDIAN);
            for (int id : answer.ids()) {
                bytes.putInt(id);
            }
            out.write(bytes.array());
        }
    }

    private static void places(OutputStream out, List<AnswerTokens> answers) throws IOException {
        for (int i = 0; i < answers.size(); i++) {
            int tokens = answers.get(i).ids().length;
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * tokens).order(ByteOrder.LITTLE_ENDIAN);
            for (int t = 0; t < tokens; t++) {
                bytes.putInt(i);
            }
            out.write(bytes.array());
        }
    }
}
