package dev.vivarium.lab.report;

import com.samskivert.mustache.Mustache;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fills a template: one file with its style, its scripts and its data inside.
 *
 * <p>The template escapes every value. The content policy in the page allows exactly the scripts and the style put in
 * here, by hash, and forbids the browser to fetch anything. It gets {@code policy}, {@code style}, {@code script},
 * {@code charts} and {@code data} beside the values.
 *
 * @param folder of the resources, absolute, with a slash at its end
 * @param template name in the folder without {@code .mustache}; so are those of the parts it includes
 * @param styles further style sheets in the folder, after that of all pages
 * @param script name in the folder; null for a page of figures and tables alone
 */
public record PageFile(
        String folder,
        String template,
        List<String> styles,
        @Nullable String script) {
    private static final String CHARTS = "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.common.min.js";
    private static final String STYLE = "/dev/vivarium/lab/report/report.css";

    public PageFile {
        styles = List.copyOf(styles);
    }

    /**
     * The page.
     *
     * @param values of the template
     * @param data what the script reads
     * @param charts whether the script draws
     */
    public String fill(Map<String, Object> values, Object data, boolean charts) {
        Map<String, Object> page = new HashMap<>(values);
        String style = "\n" + resource(STYLE)
                + styles.stream().map(name -> resource(folder + name)).collect(Collectors.joining());
        String code = script == null ? "" : "\n" + resource(folder + script);
        String library = charts ? resource(CHARTS) : "";
        page.put("style", style);
        page.put("script", code);
        page.put("charts", library);
        page.put("data", inScript(Json.line(data)));
        page.put(
                "policy",
                "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + hash(style) + "; script-src "
                        + (script == null ? "'none'" : hash(code)) + (charts ? " " + hash(library) : ""));
        return Mustache.compiler()
                .escapeHTML(true)
                .emptyStringIsFalse(true)
                .withLoader(name -> new StringReader(resource(folder + name + ".mustache")))
                .compile(resource(folder + template + ".mustache"))
                .execute(page);
    }

    /** JSON that no HTML parser can leave early. */
    private static String inScript(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static String hash(String text) {
        MessageDigest digest = Hashes.newDigest();
        byte[] sha256 = digest.digest(text.getBytes(StandardCharsets.UTF_8));
        return "'sha256-" + Base64.getEncoder().encodeToString(sha256) + "'";
    }

    private static String resource(String name) {
        try (InputStream in = PageFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
