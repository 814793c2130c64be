package dev.vivarium.engine.text;

import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * The methods a template may call: those of Python's texts that templates use, and those of maps and lists by name.
 *
 * <p>The template engine would call any public method of a Java class.
 */
final class TemplateMethods extends ELResolver {
    private static final Set<String> OF_CONTAINERS = Set.of("get", "items", "keys", "values");

    @Override
    public @Nullable Object invoke(
            ELContext context, Object base, Object method, Class<?>[] types, Object @Nullable [] parameters) {
        String name = String.valueOf(method);
        if (base instanceof CharSequence text) {
            context.setPropertyResolved(true);
            return ofText(text.toString(), name, parameters == null ? new Object[0] : parameters);
        }
        boolean engines = base instanceof Filter || base instanceof ExpTest; // it calls these as methods too
        if (!engines && !OF_CONTAINERS.contains(name)) {
            throw unknown(name);
        }
        return null; // not resolved: the engine finds the method itself
    }

    private static Object ofText(String text, String name, Object[] parameters) {
        List<String> given = Arrays.stream(parameters).map(String::valueOf).toList();
        String first = given.isEmpty() ? "" : given.getFirst();
        return switch (name + "/" + given.size()) {
            case "strip/0" -> TemplateFunctions.strip(text);
            case "strip/1" -> stripped(text, first, true, true);
            case "lstrip/0", "lstrip/1" -> stripped(text, given.isEmpty() ? null : first, true, false);
            case "rstrip/0", "rstrip/1" -> stripped(text, given.isEmpty() ? null : first, false, true);
            case "startswith/1" -> text.startsWith(first);
            case "endswith/1" -> text.endsWith(first);
            case "upper/0" -> text.toUpperCase(Locale.ROOT);
            case "lower/0" -> text.toLowerCase(Locale.ROOT);
            case "replace/2" -> {
                if (first.isEmpty()) {
                    throw new TemplateFunctions.Refusal("it replaces the empty text");
                }
                TemplateLimits.checkReplaced(text, first, given.getLast());
                yield text.replace(first, given.getLast());
            }
            case "split/1" -> {
                if (first.isEmpty()) {
                    throw new TemplateFunctions.Refusal("it splits a text at the empty text");
                }
                yield Arrays.asList(text.split(java.util.regex.Pattern.quote(first), -1));
            }
            default -> throw unknown(name);
        };
    }

    /** Python's {@code str.strip} family; {@code null} stands for white space. */
    private static String stripped(String text, @Nullable String characters, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && goes(text.charAt(start), characters)) {
            start++;
        }
        while (right && end > start && goes(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean goes(char c, @Nullable String characters) {
        return characters == null ? TemplateFunctions.isPythonSpace(c) : characters.indexOf(c) >= 0;
    }

    private static TemplateFunctions.Refusal unknown(String name) {
        return new TemplateFunctions.Refusal("it calls the method \"" + name + "\", which is not known here");
    }

    @Override
    public @Nullable Object getValue(ELContext context, Object base, Object property) {
        return null;
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, Object base, Object property) {
        return null;
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        // no property is this resolver's
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public Iterator<java.beans.FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
        return Collections.emptyIterator();
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return Object.class;
    }
}
