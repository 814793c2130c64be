package dev.vivarium.lab.judge;

import dev.vivarium.lab.judge.JudgeReply.Position;
import dev.vivarium.lab.judge.JudgeReply.TokenProbability;
import java.util.List;

/**
 * Numbers that a model writes as several tokens: follows the reply that was written, and takes at each of its tokens the
 * alternatives that end the number or complete it.
 *
 * <p>What an alternative would have been followed by is not known. Where it might go on, such as a 4 beside a written 8, its
 * probability counts for no number, so a reply that hesitates there may miss the least mass and gets no score.
 */
final class NumberPath {
    private static final int MOST_DIGITS = 3;
    private static final String STOPPED = "stop";

    private final List<Position> positions;
    private final String finish;
    private final NumberMass mass;

    NumberPath(List<Position> positions, String finish, NumberMass mass) {
        this.positions = positions;
        this.finish = finish;
        this.mass = mass;
    }

    void walk() {
        String digits = "";
        double reached = 1;
        for (int i = 0; i < positions.size(); i++) {
            Position position = positions.get(i);
            double written = 0;
            for (TokenProbability one : position.top()) {
                double p = reached * Math.exp(one.logprob());
                if (one.token().equals(position.token())) {
                    written = p;
                } else {
                    alternative(digits, one.token(), p);
                }
            }
            String piece = digits.isEmpty() ? position.token().strip() : position.token();
            if (digits.isEmpty() && piece.isEmpty()) {
                reached = written; // white space before the number
                continue;
            }
            if (!isDigits(piece)) {
                alternative(digits, position.token(), written);
                return;
            }
            digits += piece;
            reached = written;
            if (!mayGoOn(digits)) {
                add(digits, reached);
                return;
            }
        }
        if (!digits.isEmpty() && finish.equals(STOPPED)) {
            add(digits, reached);
        }
    }

    private void alternative(String digits, String token, double p) {
        if (digits.isEmpty()) {
            String piece = token.strip();
            if (!isDigits(piece) || !mayGoOn(piece)) {
                mass.whole(piece, p);
            }
        } else if (!isDigits(token)) {
            add(digits, p); // the number ends here
        } else if (!mayGoOn(digits + token)) {
            add(digits + token, p);
        }
    }

    private void add(String digits, double p) {
        if (digits.length() <= MOST_DIGITS) {
            mass.number(Integer.parseInt(digits), p);
        }
    }

    /** Whether another digit can follow without leaving 0 … 100. */
    static boolean mayGoOn(String digits) {
        return digits.length() == 1 ? !digits.equals("0") : digits.equals("10");
    }

    static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
