package dev.vivarium.engine.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.objects.Namespace;
import com.hubspot.jinjava.tree.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import jinjava.javax.el.CompositeELResolver;
import org.jspecify.annotations.Nullable;

/**
 * What a chat template may do: a template comes with a model and may be hostile.
 *
 * <p>It has the tags, filters, functions and methods that templates of models use and no others, since many others of the
 * template engine read files, run regular expressions without end or make texts of any length.
 */
final class TemplateLimits {
    /** Far above a long conversation, far below what hurts. */
    static final int MAX_CHARS = 2_000_000;

    /** How long a rendering may take, which is a thousand times what one takes. */
    private static final long MAX_SECONDS = 5;

    private static final int MAX_TEMPLATE_CHARS = 100_000;

    /** Brackets in brackets: the engine's parser takes time that is exponential in them. */
    private static final int MAX_BRACKETS = 16;

    /** Names in one tag, each of which may stand for {@link #MAX_CHARS} characters. */
    private static final int MAX_NAMES = 150;

    private static final int MAX_NODES = 300_000;
    private static final int MAX_ITEMS = 100_000;

    private static final Set<String> TAGS = Set.of(
            "for",
            "endfor",
            "if",
            "elif",
            "else",
            "endif",
            "set",
            "endset",
            "macro",
            "endmacro",
            "raw",
            "endraw",
            "break",
            "continue");
    private static final Set<String> FUNCTIONS =
            Set.of("range", "namespace", TemplateFunctions.RAISE_EXCEPTION, TemplateFunctions.STRFTIME_NOW);
    private static final Set<String> FILTERS = Set.of(
            "abs",
            "bool",
            "capitalize",
            "count",
            "d",
            "default",
            "dictsort",
            "e",
            "escape",
            "first",
            "float",
            "int",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "sort",
            "string",
            "sum",
            "title",
            "tojson",
            "trim",
            "unique",
            "upper");

    /** Filters that may be applied to each part of a list: their results are no longer than the parts. */
    private static final Set<String> EACH =
            Set.of("trim", "string", "lower", "upper", "int", "first", "last", "length");

    private TemplateLimits() {}

    /**
     * Checks what must hold before a template is parsed.
     *
     * @return what is wrong; empty if nothing is
     */
    static Optional<String> fault(String template) {
        if (template.length() > MAX_TEMPLATE_CHARS) {
            return Optional.of("longer than " + MAX_TEMPLATE_CHARS + " characters");
        }
        int depth = 0;
        int names = 0;
        char quote = 0;
        boolean inTag = false;
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            // quoted brackets count too, so that none can hide behind a quotation mark that the engine reads otherwise
            depth = "([{".indexOf(c) >= 0 ? depth + 1 : ")]}".indexOf(c) >= 0 ? Math.max(0, depth - 1) : depth;
            if (depth > MAX_BRACKETS) {
                return Optional.of("has more than " + MAX_BRACKETS + " brackets in each other");
            }
            if (!inTag) {
                inTag = template.startsWith("{{", i) || template.startsWith("{%", i);
                names = 0;
            } else if (quote != 0) {
                i += c == '\\' ? 1 : 0;
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (template.startsWith("}}", i) || template.startsWith("%}", i)) {
                inTag = false;
            } else if (Character.isLetter(c) && !Character.isLetterOrDigit(template.charAt(i - 1))) {
                names++;
                if (names > MAX_NAMES) {
                    return Optional.of("has a tag of more than " + MAX_NAMES + " names");
                }
            }
        }
        return Optional.empty();
    }

    /** An engine that knows what templates expect beside plain Jinja. */
    static Jinjava engine() {
        Jinjava jinjava = new Jinjava(builder(Map.of()).build());
        jinjava.registerFilter(new TemplateFunctions.Trim());
        for (String name : List.of(TemplateFunctions.RAISE_EXCEPTION, TemplateFunctions.STRFTIME_NOW)) {
            String method = name.equals(TemplateFunctions.RAISE_EXCEPTION) ? "raiseException" : "strftimeNow";
            jinjava.registerFunction(new ELFunctionDefinition("", name, TemplateFunctions.class, method, Object.class));
        }
        for (Filter filter : jinjava.getGlobalContext().getAllFilters()) {
            if (FILTERS.contains(filter.getName())) {
                jinjava.registerFilter(new Bounded(filter));
            }
        }
        return jinjava;
    }

    /** What holds for one rendering. */
    static JinjavaConfig config(Jinjava engine) {
        Context known = engine.getGlobalContext();
        Map<Library, Set<String>> disabled = new HashMap<>();
        disabled.put(Library.TAG, others(known.getAllTags(), TAGS));
        disabled.put(Library.FILTER, others(known.getAllFilters(), FILTERS));
        disabled.put(Library.FUNCTION, others(known.getAllFunctions(), FUNCTIONS));
        return builder(disabled).withNodePreProcessor(new Work()).build();
    }

    private static Set<String> others(Collection<? extends Importable> known, Set<String> allowed) {
        return known.stream()
                .map(Importable::getName)
                .filter(name -> !allowed.contains(name.startsWith(":") ? name.substring(1) : name))
                .collect(Collectors.toSet());
    }

    private static JinjavaConfig.Builder builder(Map<Library, Set<String>> disabled) {
        CompositeELResolver resolver = new CompositeELResolver();
        resolver.add(new TemplateMethods());
        resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
        return JinjavaConfig.newBuilder()
                .withDisabled(disabled)
                .withElResolver(resolver)
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(MAX_CHARS)
                .withMaxStringLength(MAX_CHARS)
                .withMaxListSize(MAX_ITEMS)
                .withMaxMapSize(MAX_ITEMS)
                .withMaxRenderDepth(20)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .build());
    }

    /**
     * Counts what one rendering executes, how long it takes and what its variables hold: loops that put out nothing must
     * end too, and lists of lists of lists must not stand for more than a conversation.
     */
    private static final class Work implements BiConsumer<Node, JinjavaInterpreter> {
        private final long start = System.nanoTime();
        private final Map<Object, Long> sizes = new IdentityHashMap<>();
        private int nodes;

        @Override
        public void accept(Node node, JinjavaInterpreter interpreter) {
            nodes++;
            if (nodes > MAX_NODES || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(MAX_SECONDS)) {
                throw new TemplateFunctions.Refusal("it does not come to an end");
            }
            for (Context scope = interpreter.getContext(); scope != null; scope = scope.getParent()) {
                for (Object value : scope.getScope().values()) {
                    if (size(value) > MAX_CHARS) {
                        throw new TemplateFunctions.Refusal(
                                "it has a variable of more than " + MAX_CHARS + " characters");
                    }
                }
            }
        }

        /** What a value would be written out; nothing changes once it is made, but for namespaces. */
        private long size(@Nullable Object value) {
            if (value instanceof CharSequence text) {
                return text.length();
            }
            boolean map = value instanceof Map;
            if (value == null || !map && !(value instanceof Collection)) {
                return 1;
            }
            Long known = sizes.get(value);
            if (known != null) {
                return known;
            }
            sizes.put(value, (long) MAX_CHARS + 1); // what holds itself has no end
            long size = 1;
            Collection<?> parts = map ? ((Map<?, ?>) value).values() : (Collection<?>) value;
            for (Object part : parts) {
                size = Math.min(MAX_CHARS + 1L, size + 1 + size(part));
            }
            if (value instanceof Namespace) {
                sizes.remove(value);
            } else {
                sizes.put(value, size);
            }
            return size;
        }
    }

    /** A filter that makes no text longer than a conversation may be. */
    private record Bounded(Filter filter) implements AdvancedFilter {
        @Override
        public String getName() {
            return filter.getName();
        }

        @Override
        public Object filter(
                Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
            if (getName().equals("replace") && arguments.length > 1) {
                checkReplaced(String.valueOf(value), String.valueOf(arguments[0]), String.valueOf(arguments[1]));
            }
            if (getName().equals("map") && arguments.length > 0 && !EACH.contains(String.valueOf(arguments[0]))) {
                throw new TemplateFunctions.Refusal("it applies \"" + arguments[0] + "\" to each part of a list");
            }
            return filter.filter(value, interpreter, arguments, named);
        }
    }

    static void checkReplaced(String text, String old, String other) {
        long length = text.length();
        for (int at = text.indexOf(old); at >= 0 && !old.isEmpty(); at = text.indexOf(old, at + old.length())) {
            length += other.length() - old.length();
            if (length > MAX_CHARS) {
                throw new TemplateFunctions.Refusal("it makes a text of more than " + MAX_CHARS + " characters");
            }
        }
    }
}
