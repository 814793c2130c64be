package dev.vivarium.lab.judge;

import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.ChatModel.Opening;
import dev.vivarium.engine.generate.OpenAnswer;
import dev.vivarium.engine.generate.OpenAnswer.NextToken;
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
 * Asks a model in memory. Each prompt is computed by itself, so that a verdict depends on its prompt alone.
 *
 * <p>Many tokenizers write 85 as two tokens, and some put a token of white space in front. Each beginning of at least
 * probability {@value #LEAST} is followed to what comes after it, so that a reply's alternatives are whole numbers.
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
        List<Opening> openings = tasks.stream()
                .map(task -> new Opening(List.of(Message.user(task.prompt())), DefaultSystem.KEEP, task.replyPrefix()))
                .toList();
        model.explore(openings, Aggregation.TOP, this::reached, (i, reached) -> {
            sink.replied(reply(tasks.get(i), reached));
            sink.pulse("");
        });
        return new Sent(tasks.size(), 0, null, null);
    }

    /** What replies may begin with, numbers to their end, and how probable each is. */
    private Map<String, Double> reached(OpenAnswer open) {
        Map<String, Double> reached = new LinkedHashMap<>();
        follow(open, List.of(Begun.NOTHING), List.of(open.next()), reached);
        return reached;
    }

    private static JudgeReply reply(JudgingTask task, Map<String, Double> reached) {
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

    /** White space and digits that a reply begins with, and how probable that is. */
    private record Begun(int[] tokens, String digits, double p) {
        static final Begun NOTHING = new Begun(new int[0], "", 1);

        Begun and(NextToken token, String piece, double p) {
            int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
            longer[tokens.length] = token.token();
            return new Begun(longer, digits + piece, p);
        }
    }

    /** All of {@code begun} are of one length; {@code next} is what may follow each. */
    private void follow(OpenAnswer open, List<Begun> begun, List<List<NextToken>> next, Map<String, Double> reached) {
        List<Begun> further = new ArrayList<>();
        for (int i = 0; i < begun.size(); i++) {
            Begun one = begun.get(i);
            double digitsAfter = 0;
            for (NextToken token : next.get(i)) {
                double p = one.p * Math.exp(token.logProbability());
                String piece = one.digits.isEmpty() ? token.text().strip() : token.text();
                boolean digits = NumberPath.isDigits(piece);
                digitsAfter += digits ? p : 0;
                boolean before = piece.isEmpty() && one.tokens.length == 0; // white space in front of the number
                boolean goesOn = digits && splits && NumberPath.mayGoOn(one.digits + piece);
                if (p >= LEAST && (before || goesOn)) {
                    further.add(one.and(token, piece, p));
                } else if (digits) {
                    reached.merge(one.digits + piece, p, Double::sum);
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
            follow(open, further, open.next(further.stream().map(Begun::tokens).toList()), reached);
        }
    }
}
