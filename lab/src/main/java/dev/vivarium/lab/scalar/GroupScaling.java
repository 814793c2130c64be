package dev.vivarium.lab.scalar;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.AdapterSummary;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.Layers;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Groups of an organism's adapters multiplied by factors at run time while the others act as trained: what a group does, it
 * does beside a control group of as many other blocks (protocol.md 3.4, causal check).
 *
 * @param settings the adapter as trained first
 * @param remarks groups without a control, in plain sentences
 */
public record GroupScaling(List<Setting> settings, List<String> remarks) {
    /** Off, reversed, doubled. */
    public static final List<Double> USUAL = List.of(0.0, -1.0, 2.0);

    /** The setting that all others are compared with. */
    public static final String AS_TRAINED = "as-trained";

    private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,40})=(\\S+)");
    private static final String CONTROL = "control-of-";

    /**
     * One way in which the adapters act.
     *
     * @param name a part of the name of its evaluation
     * @param blocks that are scaled together; empty where blocks have factors of their own
     * @param factor of these blocks; null where blocks have factors of their own
     * @param controlOf the group whose control it is; null if it is none
     */
    public record Setting(
            String name,
            SortedSet<Integer> blocks,
            @Nullable Double factor,
            AdapterScale scale,
            @Nullable String controlOf) {}

    public GroupScaling {
        settings = List.copyOf(settings);
        remarks = List.copyOf(remarks);
    }

    /** The blocks that an adapter changes, known from its files alone. */
    public static SortedSet<Integer> blocks(Path adapter) {
        SortedSet<Integer> blocks = new TreeSet<>();
        AdapterSummary.read(adapter).places().stream()
                .map(AdapterSummary.Place::layer)
                .filter(Objects::nonNull)
                .forEach(blocks::add);
        return blocks;
    }

    /**
     * What is to be asked.
     *
     * @param blocks that the adapter changes
     * @param groups {@code NAME=BLOCKS}, such as {@code late=21,23}; empty for every block by itself
     * @param others {@code NAME=SCALE}, scales as {@link AdapterScale#parse} reads them
     * @param factors of the groups
     * @param seed root of the choice of controls
     * @throws InputException if something would touch nothing, or is there twice
     */
    public static GroupScaling of(
            SortedSet<Integer> blocks, List<String> groups, List<String> others, List<Double> factors, long seed) {
        if (blocks.size() < 2 && !groups.isEmpty()) {
            throw new InputException("the adapter changes block " + blocks.first()
                    + " alone, so there are no others to hold; use vivarium evaluate --adapter-scale");
        }
        Set<Double> different = new HashSet<>();
        for (double factor : factors) {
            if (!Double.isFinite(factor) || factor == 1 || !different.add(factor)) {
                throw new InputException("--factors " + word(factor) + ": "
                        + (factor == 1
                                ? "is the adapter as trained, which is asked in any case"
                                : "is given twice, or is no number")
                        + "; give different factors such as 0,-1,2");
            }
        }
        Map<String, SortedSet<Integer>> named = groups.isEmpty() ? each(blocks) : named(groups, blocks);
        List<Setting> settings = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        settings.add(new Setting(AS_TRAINED, new TreeSet<>(), null, AdapterScale.ONE, null));
        for (Map.Entry<String, SortedSet<Integer>> group : named.entrySet()) {
            add(settings, group.getKey(), group.getValue(), factors, null);
            if (groups.isEmpty()) {
                continue; // single blocks are each other's controls
            }
            SortedSet<Integer> control = control(group.getKey(), group.getValue(), blocks, seed);
            if (control.isEmpty()) {
                remarks.add("the group " + group.getKey() + " has no control, as only "
                        + (blocks.size() - group.getValue().size()) + " of " + blocks.size()
                        + " blocks are left for it");
            } else {
                add(settings, CONTROL + group.getKey(), control, factors, group.getKey());
            }
        }
        for (String other : others) {
            Matcher matcher = match(other, "--setting", "both=0,21=30,23=30");
            AdapterScale scale = AdapterScale.parse(matcher.group(2));
            scale.byBlock().keySet().forEach(block -> check(block, blocks, "--setting " + other));
            settings.add(new Setting(matcher.group(1), new TreeSet<>(), null, scale, null));
        }
        Set<String> names = new HashSet<>();
        for (Setting setting : settings) {
            if (!names.add(setting.name)) {
                throw new InputException("two settings would be called " + setting.name + "; give them other names");
            }
        }
        return new GroupScaling(settings, remarks);
    }

    private static void add(
            List<Setting> settings,
            String group,
            SortedSet<Integer> blocks,
            List<Double> factors,
            @Nullable String controlOf) {
        for (double factor : factors) {
            SortedMap<Integer, Double> byBlock = new TreeMap<>();
            blocks.forEach(block -> byBlock.put(block, factor));
            settings.add(
                    new Setting(group + "-x" + word(factor), blocks, factor, new AdapterScale(1, byBlock), controlOf));
        }
    }

    private static Map<String, SortedSet<Integer>> each(SortedSet<Integer> blocks) {
        Map<String, SortedSet<Integer>> each = new LinkedHashMap<>();
        blocks.forEach(block -> each.put("block-" + block, new TreeSet<>(Set.of(block))));
        return each;
    }

    private static Map<String, SortedSet<Integer>> named(List<String> groups, SortedSet<Integer> blocks) {
        Map<String, SortedSet<Integer>> named = new LinkedHashMap<>();
        for (String group : groups) {
            Matcher matcher = match(group, "--group", "late=21,23");
            SortedSet<Integer> own = Layers.parse(matcher.group(2));
            own.forEach(block -> check(block, blocks, "--group " + group));
            if (named.put(matcher.group(1), own) != null) {
                throw new InputException("--group " + matcher.group(1) + " is given twice; give it once");
            }
        }
        return named;
    }

    private static Matcher match(String word, String option, String example) {
        Matcher matcher = NAMED.matcher(word);
        if (!matcher.matches()) {
            throw new InputException(option + " \"" + word + "\" has not the form NAME=…; give one such as " + example);
        }
        return matcher;
    }

    private static void check(int block, SortedSet<Integer> blocks, String what) {
        if (!blocks.contains(block)) {
            throw new InputException(what + ": the adapter does not change block " + block + ", but "
                    + String.join(", ", blocks.stream().map(String::valueOf).toList()));
        }
    }

    /** As many of the other blocks, drawn by the group's name; empty if there are not as many. */
    private static SortedSet<Integer> control(
            String name, SortedSet<Integer> group, SortedSet<Integer> blocks, long seed) {
        List<Integer> others =
                blocks.stream().filter(block -> !group.contains(block)).toList();
        SortedSet<Integer> control = new TreeSet<>();
        if (others.size() >= group.size()) {
            int[] order =
                    CounterRandom.of(seed, "scalars/control-group/" + name).permutation(others.size());
            for (int i = 0; i < group.size(); i++) {
                control.add(others.get(order[i]));
            }
        }
        return control;
    }

    /** A factor as people write it: {@code -1}, {@code 0.5}. */
    static String word(double factor) {
        if (factor == 0 || !Double.isFinite(factor)) {
            return factor == 0 ? "0" : Double.toString(factor);
        }
        return new BigDecimal(Double.toString(factor)).stripTrailingZeros().toPlainString();
    }
}
