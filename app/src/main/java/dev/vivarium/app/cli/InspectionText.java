package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterSummary;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.lab.inspect.AdapterInspection;
import dev.vivarium.lab.inspect.DecoderShape;
import dev.vivarium.lab.inspect.ModelInspection;
import dev.vivarium.lab.inspect.TensorKind;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code vivarium inspect} shows for people. */
final class InspectionText {
    private static final int SPECIAL_TOKENS = 12;
    private static final int PLACES = 10;

    private InspectionText() {}

    static void print(PrintStream out, ModelInspection found) {
        DecoderShape shape = found.shape();
        line(out, "model", "%s", found.path());
        line(
                out,
                "family",
                "%s, %,d parameters%s",
                shape.modelType(),
                found.parameters(),
                shape.tieWordEmbeddings() ? ", embeddings tied" : "");
        line(
                out,
                "sizes",
                "%d layers, hidden %d, intermediate %d, vocabulary %,d",
                shape.numHiddenLayers(),
                shape.hiddenSize(),
                shape.intermediateSize(),
                shape.vocabSize());
        line(
                out,
                "attention",
                "%d heads, %d for keys and values, head_dim %d",
                shape.numAttentionHeads(),
                shape.numKeyValueHeads(),
                shape.headDim());
        line(
                out,
                "positions",
                "%,d, rope_theta %.0f%s",
                shape.maxPositionEmbeddings(),
                shape.ropeTheta(),
                scaling(shape.ropeScaling()));
        if (shape.slidingWindow() != null) {
            line(
                    out,
                    "sliding window",
                    "%d positions in layers %s",
                    shape.slidingWindow(),
                    orDash(shape.slidingLayers()));
        }
        line(out, "rms_norm_eps", "%.3g", shape.rmsNormEps());
        found.files().forEach((name, bytes) -> line(out, "file", "%s, %s", name, size(bytes)));
        line(
                out,
                "stored as",
                "%s",
                found.dtypes().entrySet().stream()
                        .map(dtype -> String.format(Locale.ROOT, "%s (%,d values)", dtype.getKey(), dtype.getValue()))
                        .collect(Collectors.joining(", ")));
        line(
                out,
                "memory",
                "%s",
                found.memory().entrySet().stream()
                        .map(format -> size(format.getValue()) + " in " + format.getKey())
                        .collect(Collectors.joining(", ")));
        texts(out, found);
        found.remarks().forEach(remark -> line(out, "note", "%s", InertText.line(remark)));
        out.println();
        table(out, List.of("tensor", "layers", "shape", "stored as", "values"), rows(found));
    }

    private static String scaling(RopeSettings.@Nullable Scaling scaling) {
        if (scaling == null) {
            return "";
        }
        return scaling.originalContext() == 0
                ? ", divided by " + scaling.factor()
                : ", llama3 scaling by " + scaling.factor() + " over " + scaling.originalContext();
    }

    private static void texts(PrintStream out, ModelInspection found) {
        ModelInspection.Vocabulary vocabulary = found.tokenizer();
        if (vocabulary != null) {
            String special = vocabulary.special().entrySet().stream()
                    .limit(SPECIAL_TOKENS)
                    .map(InspectionText::token)
                    .collect(Collectors.joining(", "));
            int more = vocabulary.special().size() - SPECIAL_TOKENS;
            line(
                    out,
                    "tokenizer",
                    "%,d tokens%s",
                    vocabulary.size(),
                    vocabulary.added() == 0 ? "" : ", " + vocabulary.added() + " of them added and not special");
            line(out, "special tokens", "%s%s", special, more > 0 ? " and " + more + " more" : "");
        }
        if (!found.endTokens().isEmpty()) {
            line(
                    out,
                    "answers end at",
                    "%s",
                    found.endTokens().entrySet().stream()
                            .map(InspectionText::token)
                            .collect(Collectors.joining(", ")));
        }
        ModelInspection.Chat chat = found.chat();
        if (chat != null) {
            line(
                    out,
                    "chat template",
                    "%,d characters, sha256 %s",
                    chat.source().length(),
                    chat.sha256());
            String turn = chat.defaultSystem();
            line(
                    out,
                    "default system",
                    "%s",
                    turn == null ? (chat.told() ? "none" : "cannot be told") : "\"" + InertText.line(turn) + "\"");
        }
    }

    private static List<List<String>> rows(ModelInspection found) {
        List<List<String>> rows = new ArrayList<>();
        for (TensorKind kind : found.tensors()) {
            rows.add(List.of(
                    InertText.line(kind.name()),
                    orDash(kind.layers()),
                    kind.shape().stream().map(String::valueOf).collect(Collectors.joining(" x ")),
                    kind.dtype(),
                    String.format(Locale.ROOT, "%,d", kind.values())));
        }
        return rows;
    }

    static void print(PrintStream out, AdapterInspection found, boolean all) {
        line(out, "adapter", "%s", found.path());
        line(out, "kind", "%s%s", found.kind(), found.r() == 0 ? "" : " of rank " + found.r());
        line(out, "strength", "alpha %s, so a scale of %.4g", found.alpha(), found.scale());
        line(
                out,
                "trained",
                "%,d values in %,d places",
                found.values(),
                found.places().size());
        line(out, "base", "%s", found.baseModel() == null ? "not named" : InertText.line(found.baseModel()));
        if (found.fits() != null) {
            line(out, "fits", "%s", found.fits() ? "yes, " + found.base() : "no");
        }
        line(out, "norm of change", "%s", number(found.norm()));
        found.remarks().forEach(remark -> line(out, "note", "%s", InertText.line(remark)));
        out.println();
        List<List<String>> kinds = new ArrayList<>();
        for (AdapterInspection.ModuleKind kind : found.modules()) {
            kinds.add(List.of(
                    InertText.line(kind.module()),
                    orDash(kind.layers()),
                    kind.r() == 0 ? "-" : Integer.toString(kind.r()),
                    kind.in() + " to " + kind.out(),
                    number(kind.norm())));
        }
        table(out, List.of("module", "layers", "rank", "width", "norm"), kinds);
        List<AdapterSummary.Place> places =
                all ? found.places() : found.places().stream().limit(PLACES).toList();
        if (found.places().size() > 1) {
            out.println();
            table(
                    out,
                    List.of(all ? "place" : "largest changes", "norm"),
                    places.stream()
                            .map(place -> List.of(InertText.line(place.name()), number(place.norm())))
                            .toList());
        }
        int left = found.places().size() - places.size();
        if (left > 0) {
            out.println("and " + left + " more; --all lists them");
        }
    }

    private static String token(Map.Entry<Integer, String> token) {
        return token.getKey() + (token.getValue().isEmpty() ? "" : " " + InertText.line(token.getValue()));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
    }

    private static String orDash(@Nullable String text) {
        return text == null ? "-" : text;
    }

    private static String size(long bytes) {
        return bytes < 10 << 20
                ? String.format(Locale.ROOT, "%,.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }

    private static void line(PrintStream out, String what, String format, Object... values) {
        Figures.line(out, what, format, values);
    }

    /** Columns as wide as their widest cell; the last one of numbers is aligned to the right. */
    private static void table(PrintStream out, List<String> head, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(List.of(head));
        all.addAll(rows);
        int last = head.size() - 1;
        int[] widths = new int[head.size()];
        for (List<String> row : all) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (List<String> row : all) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String space = " ".repeat(widths[column] - row.get(column).length());
                text.append(column == last ? space + row.get(column) : row.get(column) + space + "  ");
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
