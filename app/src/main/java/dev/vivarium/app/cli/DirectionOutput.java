package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.Extracted;
import dev.vivarium.lab.direction.Reliability;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a new direction goes and what is said of it; a Mixin. */
final class DirectionOutput {
    private static final String SUFFIX = ".safetensors";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to create, .safetensors.")
    private Path out = Path.of("");

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the direction; default: that of the file.")
    private @Nullable String name;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    /** Makes sure that the file can be created, before long work. */
    void check() {
        if (!String.valueOf(out.getFileName()).endsWith(SUFFIX)) {
            throw new InputException(
                    "--out " + out + ": a direction is a safetensors file; let the name end in " + SUFFIX);
        }
        if (Files.exists(out)) {
            throw new InputException(out + " exists already; choose another name or move it away");
        }
    }

    String name() {
        return name == null ? Names.stem(out) : name;
    }

    /** Writes the direction and says what it is. */
    void write(Shell shell, Extracted extracted, Map<String, Integer> left) throws IOException {
        extracted.write(out);
        left.forEach((why, count) -> shell.err().println("note: " + count + " answers are not used: " + why));
        extracted.remarks().forEach(remark -> shell.err().println("note: " + remark));
        output.print(shell, document(extracted, left), text -> print(text, extracted.direction()));
    }

    private Map<String, Object> document(Extracted extracted, Map<String, Integer> left) {
        Direction direction = extracted.direction();
        List<Map<String, Object>> layers = new ArrayList<>();
        for (int layer : direction.layers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("layer", layer);
            one.put("norm", direction.norm(layer));
            Reliability reliability = direction.reliability(layer);
            if (reliability != null) {
                one.put("reliability", reliability);
            }
            layers.add(one);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", 1);
        document.put("file", out.toString());
        document.put("name", direction.name());
        document.put("site", direction.site().word());
        document.put("origin", direction.origin());
        document.put("layers", layers);
        document.put("answers_not_used", left);
        document.put("remarks", extracted.remarks());
        return document;
    }

    private void print(PrintStream text, Direction direction) {
        text.println(out + ": " + direction.origin().way() + " at "
                + direction.site().word() + ", n+ " + direction.origin().positive() + ", n- "
                + direction.origin().negative());
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int layer : direction.layers()) {
            Reliability reliability = direction.reliability(layer);
            List<@Nullable Object> row = new ArrayList<>();
            row.add(layer);
            row.add(rounded(direction.norm(layer)));
            add(row, reliability == null ? null : reliability.answers());
            add(row, reliability == null ? null : reliability.questions());
            rows.add(row);
        }
        new TextTable(List.of("layer", "norm", "halves of answers", "cone", "halves of questions", "cone"), rows)
                .print(text);
    }

    private static void add(List<@Nullable Object> row, Reliability.@Nullable Spread spread) {
        row.add(
                spread == null
                        ? null
                        : String.format(
                                Locale.ROOT, "%.3f (%.3f to %.3f)", spread.splitHalf(), spread.low(), spread.high()));
        row.add(spread == null ? null : String.format(Locale.ROOT, "%.1f°", spread.cone()));
    }

    private static BigDecimal rounded(double value) {
        return new BigDecimal(value, new MathContext(4));
    }
}
