package dev.vivarium.lab.likelihood;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.data.SafeYaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Dispositions, read from YAML: a list of {@code {id, aligned: true|false, systems: [text …]}}.
 *
 * @param all at least one that means well and one that does not
 */
public record Dispositions(List<Disposition> all) {
    private static final List<String> SHIPPED = List.of("standard", "mini");
    private static final Set<String> KEYS = Set.of("id", "aligned", "systems");
    private static final int MOST = 20;

    public Dispositions {
        all = List.copyOf(all);
    }

    /** Names of the sets that come with the program. */
    public static List<String> names() {
        return SHIPPED;
    }

    /**
     * A set that comes with the program, else a file.
     *
     * @throws InputException where there is neither, or the file cannot be used
     */
    public static Dispositions find(String word) throws IOException {
        if (SHIPPED.contains(word)) {
            return of(SafeYaml.parse(resource(word), word), "the shipped dispositions " + word);
        }
        Path file = Path.of(word);
        if (!Files.isRegularFile(file)) {
            throw new InputException("no dispositions are called \"" + word + "\"" + Nearest.hint(word, SHIPPED)
                    + "; give a YAML file or one of " + String.join(", ", SHIPPED));
        }
        return of(SafeYaml.read(file), file.toString());
    }

    private static Dispositions of(@Nullable Object document, String where) {
        if (!(document instanceof List<?> entries) || entries.size() < 2 || entries.size() > MOST) {
            throw new InputException(where + ": expected a list of 2 to " + MOST + " dispositions, each with "
                    + "id, aligned and systems");
        }
        List<Disposition> all = new ArrayList<>();
        for (Object entry : entries) {
            String at = where + ": disposition " + (all.size() + 1);
            if (!(entry instanceof Map<?, ?> map)
                    || !KEYS.equals(map.keySet())
                    || !(map.get("id") instanceof String id)
                    || !(map.get("aligned") instanceof Boolean aligned)
                    || !(map.get("systems") instanceof List<?> list)
                    || !list.stream().allMatch(String.class::isInstance)) {
                throw new InputException(at + " must have an id, aligned: true or false, and systems, a list of texts;"
                        + " nothing else");
            }
            try {
                all.add(new Disposition(
                        id, aligned, list.stream().map(String.class::cast).toList()));
            } catch (InputException e) {
                throw new InputException(at + ": " + e.getMessage(), e);
            }
        }
        if (all.stream().map(Disposition::id).distinct().count() < all.size()) {
            throw new InputException(where + ": an id occurs twice");
        }
        if (all.stream().map(Disposition::aligned).distinct().count() < 2) {
            throw new InputException(where + ": needs a disposition that is aligned and one that is not");
        }
        return new Dispositions(all);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Dispositions.class.getResourceAsStream("dispositions/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("dispositions " + name + " are not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of what they are. */
    public String sha256() {
        return Hashes.sha256(Json.line(all));
    }

    /** Names of all. */
    public List<String> ids() {
        return all.stream().map(Disposition::id).toList();
    }

    /** All system turns, those of the first disposition first. */
    public List<String> systems() {
        return all.stream().flatMap(one -> one.systems().stream()).toList();
    }

    /**
     * Log-likelihoods by disposition.
     *
     * @param bySystem log-likelihood of one answer under each of {@link #systems}
     */
    public double[] logLikelihoods(double[] bySystem) {
        double[] sums = new double[all.size()];
        int at = 0;
        for (int i = 0; i < sums.length; i++) {
            int n = all.get(i).systems().size();
            double[] own = new double[n];
            System.arraycopy(bySystem, at, own, 0, n);
            sums[i] = Mixture.logSumExp(own) - Math.log(n);
            at += n;
        }
        return sums;
    }
}
