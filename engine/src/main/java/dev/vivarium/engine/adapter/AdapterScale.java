package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How strongly a trained adapter acts, as factors of what it adds (protocol.md App. A (8)): 1 as trained, 0 not at all,
 * negative the other way.
 *
 * @param everywhere the factor of all blocks that have none of their own
 * @param byBlock factors of single blocks
 */
public record AdapterScale(double everywhere, SortedMap<Integer, Double> byBlock) {
    /** As trained. */
    public static final AdapterScale ONE = of(1);

    private static final int MOST_BLOCKS = 1_000;
    private static final Pattern PART =
            Pattern.compile("(?:(\\d{1,6})(?:-(\\d{1,6}))?=)?([+-]?[0-9.]+(?:[eE][+-]?\\d+)?)");

    public AdapterScale {
        byBlock = Collections.unmodifiableSortedMap(new TreeMap<>(byBlock));
        checkFinite(everywhere);
        byBlock.values().forEach(AdapterScale::checkFinite);
    }

    /** The same factor in all blocks. */
    public static AdapterScale of(double everywhere) {
        return new AdapterScale(everywhere, new TreeMap<>());
    }

    /**
     * The scale that a text means: {@code 0.5}, or factors of blocks such as {@code 0-11=0,12=2}, or both, such as
     * {@code 0.5,12=2}. Blocks that are not named keep the plain number, or 1 if there is none.
     *
     * @throws InputException if it means nothing, or two things
     */
    public static AdapterScale parse(String text) {
        Double everywhere = null;
        SortedMap<Integer, Double> byBlock = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw new InputException("\"" + part.strip() + "\" in the adapter scale \"" + text
                        + "\" is neither a factor" + " such as 0.5 nor blocks with one such as 12=2 or 0-11=0");
            }
            double factor = number(matcher.group(3), text);
            if (matcher.group(1) == null) {
                if (everywhere != null) {
                    throw twice(text, "a factor for all blocks");
                }
                everywhere = factor;
                continue;
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (last < first || last - first >= MOST_BLOCKS) {
                throw new InputException("the adapter scale \"" + text + "\" names the blocks " + first + " to " + last
                        + "; name at most " + MOST_BLOCKS + ", the lower one first");
            }
            for (int block = first; block <= last; block++) {
                if (byBlock.put(block, factor) != null) {
                    throw twice(text, "block " + block);
                }
            }
        }
        return new AdapterScale(everywhere == null ? 1 : everywhere, byBlock);
    }

    /** The factor of a block. */
    public double at(int block) {
        return byBlock.getOrDefault(block, everywhere);
    }

    /**
     * Makes sure that it says nothing that has no effect.
     *
     * @throws InputException if it names a block that an adapter does not change
     */
    void check(SortedSet<Integer> blocks) {
        for (int block : byBlock.keySet()) {
            if (!blocks.contains(block)) {
                throw new InputException("the adapter scale names block " + block + " but the adapter changes "
                        + (blocks.size() == 1 ? "block " : "blocks ")
                        + blocks.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " only");
            }
        }
    }

    private static double number(String text, String whole) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new InputException("\"" + text + "\" in the adapter scale \"" + whole + "\" is no number", e);
        }
    }

    private static void checkFinite(double factor) {
        if (Double.isNaN(factor) || Double.isInfinite(factor)) {
            throw new InputException("an adapter scale must be a finite number; it is " + factor);
        }
    }

    private static InputException twice(String text, String what) {
        return new InputException("the adapter scale \"" + text + "\" names " + what + " twice; name it once");
    }

    /** The spelling that {@link #parse} reads, the same for equal scales. */
    @Override
    public String toString() {
        String blocks = byBlock.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + shown(entry.getValue()))
                .collect(Collectors.joining(","));
        return blocks.isEmpty() ? shown(everywhere) : everywhere == 1 ? blocks : shown(everywhere) + "," + blocks;
    }

    private static String shown(double factor) {
        return factor == Math.rint(factor) && Math.abs(factor) < 1e6
                ? Long.toString((long) factor)
                : Double.toString(factor);
    }
}
