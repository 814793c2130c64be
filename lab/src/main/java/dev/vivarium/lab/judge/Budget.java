package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a judging may send and cost, earlier calls included. Money is set aside before a request is sent, so that requests in
 * flight together cannot break the limit either. Serves many threads.
 */
final class Budget {
    private final Limits limits;
    private long requests;
    private long sent;
    private double spent;
    private double setAside;

    /**
     * The limits.
     *
     * @param requests most requests, failed ones included; null for any number
     * @param cost most money, in the currency of the price; null for any
     * @param price what tokens cost; null if it is not known
     */
    record Limits(
            @Nullable Long requests,
            @Nullable Double cost,
            @Nullable Price price) {
        static final Limits NONE = new Limits(null, null, null);

        Limits {
            if (requests != null && requests < 1) {
                throw new InputException("--max-requests must be at least 1, not " + requests);
            }
            if (cost != null && !(cost > 0)) {
                throw new InputException("--max-cost must be more than 0, not " + cost);
            }
            if (cost != null && price == null) {
                throw new InputException("--max-cost needs a price: give --price-in and --price-out, both for a million"
                        + " tokens, or a file with prices to --providers");
            }
        }

        double costOf(long promptTokens, long completionTokens) {
            return price == null ? 0 : price.of(promptTokens, completionTokens);
        }
    }

    /** @param earlier replies that were paid before */
    Budget(Limits limits, Iterable<JudgeReply> earlier) {
        this.limits = limits;
        for (JudgeReply reply : earlier) {
            requests += reply.tries();
            spent += limits.costOf(reply.promptTokens(), reply.completionTokens());
        }
    }

    /** Sets aside what a request may cost; returns why it may not be sent, or null if it may. */
    synchronized @Nullable String take(double estimate) {
        Long most = limits.requests();
        if (most != null && requests >= most) {
            return String.format(Locale.ROOT, "--max-requests %,d is reached", most);
        }
        Double money = limits.cost();
        if (money != null && spent + setAside + estimate > money) {
            return String.format(Locale.ROOT, "--max-cost %s would be exceeded (%.4f spent)", money.toString(), spent);
        }
        requests++;
        sent++;
        setAside += estimate;
        return null;
    }

    /** A request came back and cost so much. */
    synchronized void settle(double estimate, double cost) {
        setAside -= estimate;
        spent += cost;
    }

    /** Requests that were sent now. */
    synchronized long sent() {
        return sent;
    }

    /** What everything cost, earlier calls included; null if no price is known. */
    synchronized @Nullable Double spent() {
        return limits.price() == null ? null : Double.valueOf(spent);
    }
}
