package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.data.SafeYaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Providers by name: those that come with the program, and those of a user's file, which count first. */
public final class Providers {
    private static final String OWN = "providers.yaml";
    private static final String DEFAULT = "openai";
    private static final String BASE_URL_VARIABLE = "OPENAI_BASE_URL";
    private static final String BASE_URL = "base_url";
    private static final String KEY_VARIABLE = "key_variable";
    private static final String PRICES = "prices";
    private static final Set<String> KNOWN = Set.of(BASE_URL, KEY_VARIABLE, PRICES);

    private final Map<String, Provider> byName;

    private Providers(Map<String, Provider> byName) {
        this.byName = byName;
    }

    /** Those of the program and those of a file, if there is one. */
    public static Providers read(@Nullable Path file) throws IOException {
        Map<String, Provider> all = new LinkedHashMap<>();
        try (InputStream in = Providers.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IllegalStateException(OWN + " is not in the program");
            }
            add(SafeYaml.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), OWN), OWN, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (file != null) {
            add(SafeYaml.read(file), file.toString(), all);
        }
        return new Providers(all);
    }

    /** The provider of a name; without one that of {@code OPENAI_BASE_URL}, else OpenAI itself. */
    public Provider choose(@Nullable String name, Map<String, String> environment) {
        String address = environment.getOrDefault(BASE_URL_VARIABLE, "").strip();
        if (name == null && !address.isEmpty()) {
            Provider openai = get(DEFAULT);
            return new Provider(
                    BASE_URL_VARIABLE,
                    Provider.address(address, BASE_URL_VARIABLE),
                    openai.keyVariable(),
                    openai.prices());
        }
        return get(name == null ? DEFAULT : name);
    }

    private Provider get(String name) {
        Provider provider = byName.get(name);
        if (provider == null) {
            throw new InputException("unknown provider \"" + name + "\"" + Nearest.hint(name, byName.keySet())
                    + "; known are " + String.join(", ", byName.keySet()) + ", and --providers FILE adds others");
        }
        return provider;
    }

    private static void add(@Nullable Object document, String where, Map<String, Provider> all) {
        if (!(document instanceof Map<?, ?> map)) {
            throw new InputException(where + ": must map names of providers to base_url, key_variable and prices");
        }
        map.forEach((name, value) -> {
            String here = where + ": " + name;
            Map<String, Object> entry = mapping(value, here);
            for (String key : entry.keySet()) {
                if (!KNOWN.contains(key)) {
                    throw new InputException(here + ": unknown key \"" + key + "\"" + Nearest.hint(key, KNOWN)
                            + "; known are base_url, key_variable, prices");
                }
            }
            URI address = Provider.address(text(entry, BASE_URL, here), here + ": " + BASE_URL);
            String variable = entry.containsKey(KEY_VARIABLE) ? text(entry, KEY_VARIABLE, here) : null;
            Map<String, Price> prices = new LinkedHashMap<>();
            if (entry.containsKey(PRICES)) {
                mapping(entry.get(PRICES), here + ": prices")
                        .forEach((model, price) -> prices.put(model, price(price, here + ": " + model)));
            }
            all.put(String.valueOf(name), new Provider(String.valueOf(name), address, variable, prices));
        });
    }

    private static Price price(@Nullable Object value, String where) {
        Map<String, Object> price = mapping(value, where);
        if (!price.keySet().equals(Set.of("input", "output"))
                || !(price.get("input") instanceof Number input)
                || !(price.get("output") instanceof Number output)) {
            throw new InputException(where + ": a price is {input: ..., output: ...}, each for a million tokens");
        }
        return new Price(input.doubleValue(), output.doubleValue());
    }

    private static Map<String, Object> mapping(@Nullable Object value, String where) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new InputException(where + ": must have keys with values");
        }
        Map<String, Object> entries = new LinkedHashMap<>();
        map.forEach((key, entry) -> entries.put(String.valueOf(key), entry == null ? "" : entry));
        return entries;
    }

    private static String text(Map<String, Object> entry, String key, String where) {
        if (!(entry.get(key) instanceof String text) || text.isBlank()) {
            throw new InputException(where + ": " + key + " is missing or no text");
        }
        return text;
    }
}
