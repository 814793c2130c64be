package dev.vivarium.lab.scalar;

import dev.vivarium.engine.adapter.RankComponents.Component;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.capture.ScalarCapture;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.AnsweredRow;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.lab.direction.DirectionSubject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The scalars of an adapter on the tokens of answers, teacher forced (protocol.md 3.4).
 *
 * @param components in the order of the columns
 * @param answers one for each answer that was read, in their order
 */
public record ScalarReading(List<Component> components, List<AnswerTokens> answers) {
    /** Numbers that are kept in memory at most, controls counted. */
    private static final long MOST_VALUES = 1L << 27;

    /** Share of tokens whose scalar is weaker than a strong one. */
    private static final double STRONG = 0.98;

    public ScalarReading {
        components = List.copyOf(components);
        answers = List.copyOf(answers);
    }

    /**
     * One answer.
     *
     * @param ids of its tokens, the end of its turn among them
     * @param pieces what each token adds to its text
     * @param scalars (tokens, components)
     * @param controls the same of random directions as long as the rows of A
     */
    public record AnswerTokens(int[] ids, List<String> pieces, float[][] scalars, float[][] controls) {
        public AnswerTokens {
            pieces = List.copyOf(pieces);
            if (pieces.size() != ids.length || scalars.length != ids.length || controls.length != ids.length) {
                throw new IllegalArgumentException("one piece and one row of scalars for each token");
            }
        }

        /** The scalars of one component, token by token. */
        float[] of(int component) {
            float[] own = new float[scalars.length];
            for (int t = 0; t < own.length; t++) {
                own[t] = scalars[t][component];
            }
            return own;
        }
    }

    /** What few scalars of a component are stronger than, whatever their sign. */
    double strong(int component) {
        double[] all = answers.stream()
                .flatMap(answer -> Arrays.stream(answer.scalars))
                .mapToDouble(row -> Math.abs(row[component]))
                .sorted()
                .toArray();
        return all[(int) Math.floor(STRONG * (all.length - 1))];
    }

    /** Tokens of all answers. */
    public int tokens() {
        return answers.stream().mapToInt(answer -> answer.ids.length).sum();
    }

    /**
     * Lets a model with its adapter read.
     *
     * @param seed root of the random directions
     * @throws InputException if the subject has no LoRA adapter of small rank, or answers do not fit
     */
    public static ScalarReading read(
            DirectionSubject subject, List<ReadAnswer> answers, Compute compute, long seed, Progress progress) {
        Path adapter = adapter(subject);
        if (answers.isEmpty()) {
            throw new InputException("no answer has a text, so there is nothing to read; name other evaluations");
        }
        try (ChatModel model =
                ChatModel.open(ModelDirectory.open(subject.base()), List.of(new ScaledAdapter(adapter)), compute)) {
            ChatEncoder encoder = model.encoder(subject.defaultSystem());
            List<AnsweredRow> rows = new ArrayList<>();
            long tokens = 0;
            for (ReadAnswer answer : answers) {
                AnsweredRow row = encoder.answered(answer.messages(), answer.text(), answer.ended());
                rows.add(row);
                tokens += row.answer().length;
            }
            if (tokens * 2 * ScalarCapture.MOST_COMPONENTS > MOST_VALUES) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "the answers have %,d tokens, more than the %,d that can be read at once; name fewer evaluations",
                        tokens,
                        MOST_VALUES / 2 / ScalarCapture.MOST_COMPONENTS));
            }
            List<AnswerTokens> read = new ArrayList<>(Collections.nCopies(rows.size(), NOT_READ));
            progress.begin("read answers", rows.size(), "answers");
            List<Component> components = ScalarCapture.run(
                    model.subject(0),
                    rows.stream().map(ScalarReading::row).iterator(),
                    seed,
                    (row, scalars, controls) -> {
                        int[] ids = rows.get(row).answer();
                        read.set(row, new AnswerTokens(ids, model.pieces(ids), scalars, controls));
                    },
                    done -> progress.at(done, ""));
            progress.end(String.format(
                    Locale.ROOT, "%,d answers, %,d tokens, %d scalars each", rows.size(), tokens, components.size()));
            return new ScalarReading(
                    components, read.stream().map(Objects::requireNonNull).toList());
        }
    }

    /**
     * The adapter whose scalars are read, from its files alone.
     *
     * @throws InputException if the subject has none, or none of small rank
     */
    static Path adapter(DirectionSubject subject) {
        Path adapter = subject.adapter();
        if (adapter == null) {
            throw new InputException(subject.name() + " has no adapter, so there are no scalars to read; name a run"
                    + " with a LoRA adapter, or give one with --adapter");
        }
        ScalarCapture.check(adapter);
        return adapter;
    }

    private static final AnswerTokens NOT_READ =
            new AnswerTokens(new int[0], List.of(), new float[0][], new float[0][]);

    private static CaptureRow row(AnsweredRow row) {
        int start = row.context().length;
        int[] ids = Arrays.copyOf(row.context(), start + row.answer().length);
        System.arraycopy(row.answer(), 0, ids, start, row.answer().length);
        int[] cells = new int[ids.length];
        Arrays.fill(cells, 0, start, CaptureRow.NOWHERE);
        return new CaptureRow(ids, cells, start);
    }
}
