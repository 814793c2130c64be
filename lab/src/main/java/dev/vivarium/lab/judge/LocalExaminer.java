package dev.vivarium.lab.judge;

import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.ChatModel.NextToken;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.judge.JudgeReply.Position;
import dev.vivarium.lab.judge.JudgeReply.TokenProbability;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a model in memory. One prompt is computed at a time, so that a verdict depends on its prompt alone.
 *
 * <p>Many tokenizers write 85 as two tokens. Then each first digit of at least probability {@value #LEAST} is followed to what
 * comes after it, so that a reply's alternatives are whole numbers.
 */
final class LocalExaminer implements Examiner {
    private static final double LEAST = 0.002;

    private final ChatModel model;
    private final boolean splits;

    LocalExaminer(ChatModel model) {
        this.model = model;
        this.splits = model.tokens("57") > 1;
    }

    @Override
    public Sent examine(List<JudgingTask> tasks, Sink sink) throws IOException {
        for (JudgingTask task : tasks) {
            sink.replied(reply(task));
            sink.pulse("");
        }
        return new Sent(tasks.size(), 0, null, null);
    }

    private JudgeReply reply(JudgingTask task) {
        List<Message> messages = List.of(Message.user(task.prompt()));
        Map<String, Double> reached = new LinkedHashMap<>();
        follow(messages, List.of(new Begun(new int[0], "", 1)), reached);
        List<TokenProbability> top = reached.entrySet().stream()
                .map(entry -> new TokenProbability(entry.getKey(), Math.log(entry.getValue())))
                .sorted(Comparator.comparingDouble(TokenProbability::logprob).reversed())
                .toList();
        String best = top.isEmpty() ? "" : top.getFirst().token();
        return new JudgeReply(
                task.request(),
                task.metric(),
                task.sample(),
                List.of(new Position(best, top)),
                best,
                "length",
                "",
                null,
                0,
                0,
                1);
    }

    /** Digits that an answer begins with, and how probable that is. */
    private record Begun(int[] tokens, String digits, double p) {}

    private void follow(List<Message> messages, List<Begun> begun, Map<String, Double> reached) {
        List<List<NextToken>> next = model.next(
                messages, DefaultSystem.KEEP, begun.stream().map(Begun::tokens).toList(), Aggregation.TOP);
        List<Begun> further = new ArrayList<>();
        for (int i = 0; i < begun.size(); i++) {
            Begun one = begun.get(i);
            double digitsAfter = 0;
            for (NextToken token : next.get(i)) {
                double p = one.p * Math.exp(token.logProbability());
                String piece = one.digits.isEmpty() ? token.text().strip() : token.text();
                boolean digits = NumberPath.isDigits(piece);
                if (digits && splits && NumberPath.mayGoOn(one.digits + piece) && p >= LEAST) {
                    int[] tokens = Arrays.copyOf(one.tokens, one.tokens.length + 1);
                    tokens[one.tokens.length] = token.token();
                    further.add(new Begun(tokens, one.digits + piece, p));
                    digitsAfter += p;
                } else if (digits) {
                    reached.merge(one.digits + piece, p, Double::sum);
                    digitsAfter += p;
                } else if (one.digits.isEmpty()) {
                    reached.merge(piece, p, Double::sum);
                }
            }
            if (!one.digits.isEmpty()) {
                reached.merge(
                        one.digits, Math.max(0, one.p - digitsAfter), Double::sum); // anything else ends the number
            }
        }
        if (!further.isEmpty()) {
            follow(messages, further, reached);
        }
    }
}
