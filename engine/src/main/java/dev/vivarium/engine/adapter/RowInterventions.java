package dev.vivarium.engine.adapter;

import dev.vivarium.engine.adapter.Intervention.Term;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Interventions in one pass, those of each row at its own tokens.
 *
 * <p>The n-th term of every row is applied at once: what it adds or projects out is one vector a row, zero for a row without
 * such a term. All products are taken element by element and summed within a token, so a row's result does not depend on
 * the rows beside it to the last bit. The arithmetic is float32, rounded once to the activation's own format.
 */
final class RowInterventions implements ForwardHooks {
    private final Map<Place, List<Round>> rounds;

    private record Place(int layer, Site site) {}

    /** An intervention of a row, and whether it acts at each token. */
    private record Acting(Intervention intervention, boolean[] tokens) {}

    /**
     * One term of each row. Vectors are (rows, 1, hidden); null where no row has such a term.
     *
     * @param coefficients (rows, 1, 1)
     * @param tokens (rows, tokens, 1), 1 where it acts; null where that is everywhere
     */
    private record Round(
            @Nullable Tensor added,
            @Nullable Tensor relative,
            @Nullable Tensor projected,
            @Nullable Tensor coefficients,
            @Nullable Tensor tokens) {}

    private RowInterventions(Map<Place, List<Round>> rounds) {
        this.rounds = rounds;
    }

    /**
     * Hooks for a pass, made in the current scope.
     *
     * @param ofRow interventions of each row, in the order in which they act; one row stands for all rows
     * @param offsets of each row's tokens, as {@link Positions} counts them
     * @param device of the activations
     */
    static ForwardHooks of(List<List<Intervention>> ofRow, int[][] offsets, Device device) {
        List<List<Acting>> acting = new ArrayList<>();
        TreeSet<Integer> layers = new TreeSet<>();
        for (int row = 0; row < ofRow.size(); row++) {
            List<Acting> own = new ArrayList<>();
            for (Intervention intervention : ofRow.get(row)) {
                boolean[] tokens = new boolean[offsets[row].length];
                boolean any = false;
                for (int t = 0; t < tokens.length; t++) {
                    tokens[t] = intervention.positions().includes(offsets[row][t]);
                    any |= tokens[t];
                }
                if (any) {
                    own.add(new Acting(intervention, tokens));
                    layers.addAll(intervention.layers());
                }
            }
            acting.add(own);
        }
        Map<Place, List<Round>> rounds = new HashMap<>();
        // places at which the same interventions act share their tensors
        Map<List<List<Acting>>, List<Round>> made = new HashMap<>();
        for (int layer : layers) {
            for (Site site : Site.values()) {
                List<List<Acting>> here = acting.stream()
                        .map(own -> own.stream()
                                .filter(one -> one.intervention.site() == site
                                        && one.intervention.layers().contains(layer))
                                .toList())
                        .toList();
                if (here.stream().anyMatch(own -> !own.isEmpty())) {
                    rounds.put(new Place(layer, site), made.computeIfAbsent(here, rows -> rounds(rows, device)));
                }
            }
        }
        return rounds.isEmpty() ? NONE : new RowInterventions(rounds);
    }

    @Override
    public Tensor onSite(int layer, Site site, Tensor value) {
        List<Round> here = rounds.get(new Place(layer, site));
        if (here == null) {
            return value;
        }
        Tensor wide = value.to(ScalarType.Float);
        for (Round round : here) {
            wide = apply(round, wide);
        }
        return wide.to(value.scalar_type());
    }

    private static Tensor apply(Round round, Tensor value) {
        Tensor result = value;
        if (round.added != null) {
            result = result.add(at(round, round.added));
        }
        if (round.relative != null) {
            result = result.add(at(round, total(value.mul(value)).sqrt().mul(round.relative)));
        }
        if (round.projected != null && round.coefficients != null) {
            Tensor surplus = total(value.mul(round.projected)).sub(round.coefficients);
            result = result.sub(at(round, surplus.mul(round.projected)));
        }
        return result;
    }

    /** The sum over a token's values: (rows, tokens, hidden) to (rows, tokens, 1). */
    private static Tensor total(Tensor values) {
        return values.sum(new long[] {-1}, true, new ScalarTypeOptional());
    }

    private static Tensor at(Round round, Tensor change) {
        return round.tokens == null ? change : change.mul(round.tokens);
    }

    private static List<Round> rounds(List<List<Acting>> rows, Device device) {
        List<List<Map.Entry<Term, boolean[]>>> terms = rows.stream()
                .map(own -> own.stream()
                        .flatMap(one -> one.intervention.terms().stream().map(term -> Map.entry(term, one.tokens)))
                        .toList())
                .toList();
        int most = terms.stream().mapToInt(List::size).max().orElse(0);
        List<Round> rounds = new ArrayList<>();
        for (int n = 0; n < most; n++) {
            List<Map.@Nullable Entry<Term, boolean[]>> nth = new ArrayList<>();
            for (List<Map.Entry<Term, boolean[]>> own : terms) {
                nth.add(n < own.size() ? own.get(n) : null);
            }
            rounds.add(new Round(
                    vectors(nth, Term.Kind.ADD, device),
                    vectors(nth, Term.Kind.ADD_RELATIVE, device),
                    vectors(nth, Term.Kind.PROJECT, device),
                    coefficients(nth, device),
                    tokens(nth, device)));
        }
        return rounds;
    }

    private static @Nullable Tensor vectors(
            List<Map.@Nullable Entry<Term, boolean[]>> rows, Term.Kind kind, Device device) {
        float @Nullable [] values = null;
        int hidden = 0;
        for (int row = 0; row < rows.size(); row++) {
            Map.Entry<Term, boolean[]> entry = rows.get(row);
            if (entry != null && entry.getKey().kind() == kind) {
                float[] vector = entry.getKey().vector();
                if (values == null) {
                    hidden = vector.length;
                    values = new float[rows.size() * hidden];
                }
                System.arraycopy(vector, 0, values, row * hidden, hidden);
            }
        }
        return values == null ? null : device.put(Tensors.floats(values, rows.size(), 1, hidden));
    }

    private static @Nullable Tensor coefficients(List<Map.@Nullable Entry<Term, boolean[]>> rows, Device device) {
        float[] values = new float[rows.size()];
        boolean any = false;
        for (int row = 0; row < values.length; row++) {
            Map.Entry<Term, boolean[]> entry = rows.get(row);
            if (entry != null && entry.getKey().kind() == Term.Kind.PROJECT) {
                values[row] = (float) entry.getKey().coefficient();
                any = true;
            }
        }
        return any ? device.put(Tensors.floats(values, values.length, 1, 1)) : null;
    }

    private static @Nullable Tensor tokens(List<Map.@Nullable Entry<Term, boolean[]>> rows, Device device) {
        int tokens = 0;
        boolean everywhere = true;
        for (Map.Entry<Term, boolean[]> entry : rows) {
            if (entry != null) {
                tokens = entry.getValue().length;
                for (boolean acts : entry.getValue()) {
                    everywhere &= acts;
                }
            }
        }
        if (everywhere) {
            return null;
        }
        float[] values = new float[rows.size() * tokens];
        for (int row = 0; row < rows.size(); row++) {
            Map.Entry<Term, boolean[]> entry = rows.get(row);
            for (int t = 0; entry != null && t < tokens; t++) {
                values[row * tokens + t] = entry.getValue()[t] ? 1 : 0;
            }
        }
        return device.put(Tensors.floats(values, rows.size(), tokens, 1));
    }
}
