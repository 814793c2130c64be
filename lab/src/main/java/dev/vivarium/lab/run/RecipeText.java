package dev.vivarium.lab.run;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.run.RecipeKey.Raw;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Recipe files and {@code key.path=value} words, taken apart into assignments.
 *
 * <p>YAML is read as a tree of texts with line numbers and never turned into Java objects, so a file can name no class
 * and {@code 1e-5} means the same in a file and on a command line.
 */
final class RecipeText {
    private static final int MAX_CODE_POINTS = 1_000_000;

    private RecipeText() {}

    /** A value for a key and the place where it was written. */
    record Assignment(RecipeKey key, Raw raw, String where) {}

    /** The assignments of a YAML document; {@code where} names it in messages. */
    static List<Assignment> yaml(String text, String where) {
        Node root;
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(MAX_CODE_POINTS);
            options.setNestingDepthLimit(20);
            options.setMaxAliasesForCollections(20);
            DumperOptions unused = new DumperOptions();
            root = new Yaml(new SafeConstructor(options), new Representer(unused), unused, options)
                    .compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            String problem = String.valueOf(e.getProblem());
            String whole = problem.startsWith("but ") ? e.getContext() + ", " + problem : problem;
            throw new InputException(where + " line " + line + ": malformed YAML: " + whole, e);
        } catch (YAMLException e) {
            throw new InputException(where + ": malformed YAML: " + firstLine(e), e);
        }
        List<Assignment> assignments = new ArrayList<>();
        if (root == null) {
            return assignments; // nothing but comments
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new InputException(at(where, root) + ": expected keys with values, such as \"model: DIR\"");
        }
        collect(mapping, "", where, assignments, new HashMap<>());
        return assignments;
    }

    /** The assignments of {@code key.path=value} words, the last one of a key counting. */
    static List<Assignment> overrides(List<String> words) {
        Map<String, Assignment> assignments = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw new InputException("\"" + word + "\" is no override; write key.path=value, such as lora.r=8");
            }
            String path = word.substring(0, equals).strip();
            String where = "command line";
            RecipeKey key = RecipeKeys.get(path, where);
            Raw raw = new Raw.Scalar(word.substring(equals + 1).strip(), false);
            assignments.put(path, new Assignment(key, raw, where));
        }
        return List.copyOf(assignments.values());
    }

    private static void collect(
            MappingNode mapping, String prefix, String where, List<Assignment> out, Map<String, Integer> lines) {
        for (NodeTuple tuple : mapping.getValue()) {
            String here = at(where, tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                throw new InputException(here + ": a key must be a plain word");
            }
            String path = prefix + name.getValue();
            Integer earlier = lines.put(path, tuple.getKeyNode().getStartMark().getLine() + 1);
            if (earlier != null) {
                throw new InputException(here + ": " + path + " is given twice, first in line " + earlier);
            }
            Node value = tuple.getValueNode();
            // Sections are one deep, so a mapping that contains itself through an alias ends here too.
            if (prefix.isEmpty() && RecipeKeys.isSection(path)) {
                if (value instanceof MappingNode section) {
                    collect(section, path + ".", where, out, lines);
                } else if (!(raw(value, here, path) instanceof Raw.Scalar scalar && scalar.isNull())) {
                    throw RecipeKeys.unknown(path, here);
                }
                continue;
            }
            // Keys may also be written with their dots, as on the command line.
            RecipeKey key = RecipeKeys.get(path, here);
            out.add(new Assignment(key, raw(value, here, path), here));
        }
    }

    private static Raw raw(Node node, String where, String path) {
        return switch (node) {
            case ScalarNode scalar ->
                new Raw.Scalar(scalar.getValue(), scalar.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN);
            case SequenceNode sequence -> {
                List<String> items = new ArrayList<>();
                for (Node item : sequence.getValue()) {
                    if (!(item instanceof ScalarNode scalar)) {
                        throw new InputException(where + ": " + path + " must be a flat list");
                    }
                    items.add(scalar.getValue());
                }
                yield new Raw.Items(items);
            }
            default -> throw new InputException(where + ": " + path + " takes a value and has no keys below it");
        };
    }

    private static String at(String where, Node node) {
        return where + " line " + (node.getStartMark().getLine() + 1);
    }

    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
