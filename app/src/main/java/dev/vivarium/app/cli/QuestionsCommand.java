package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.lab.evaluate.NamedQuestions;
import dev.vivarium.lab.evaluate.QuestionCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vivarium questions}: the question sets that come with the program, and what a question file holds. */
@Command(
        name = "questions",
        description = "List the question sets that come with Vivarium, check a question file, show or copy a set.",
        synopsisSubcommandLabel = "(list | check | show)",
        footer = {
            "",
            "Examples:",
            "  vivarium questions list",
            "  vivarium questions show first-contact",
            "  vivarium questions show broad --out mine.yaml",
            "  vivarium questions check mine.yaml",
            "",
            "A name in the list can be used wherever a question file is asked for."
        })
final class QuestionsCommand implements Runnable {
    private static final String SET = "A shipped set, or a question file (YAML).";

    private final Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    QuestionsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "say what to do: list, check or show");
    }

    @Command(name = "list", description = "The question sets that come with the program.")
    int list(@Mixin OutputOptions output) {
        List<Map<String, Object>> sets = new ArrayList<>();
        for (String name : NamedQuestions.names()) {
            NamedQuestions found = NamedQuestions.find(name);
            QuestionCheck check = QuestionCheck.of(found.set());
            Map<String, Object> set = new LinkedHashMap<>();
            set.put("name", name);
            set.put("about", NamedQuestions.caption(name));
            set.put("questions", check.questions());
            set.put("samples", check.samples());
            set.put("sha256", found.set().sha256());
            sets.add(set);
        }
        output.print(shell, Map.of("sets", sets), out -> {
            for (Map<String, Object> set : sets) {
                out.printf(
                        "%-23s %2s questions, %2s answers each  %s%n",
                        set.get("name"), set.get("questions"), set.get("samples"), set.get("about"));
            }
        });
        return ExitCode.OK;
    }

    @Command(
            name = "check",
            description = "Say what a question file holds, and what in it cannot be used or looks like an oversight.")
    int check(@Parameters(paramLabel = "FILE|NAME", description = SET) String word, @Mixin OutputOptions output) {
        NamedQuestions found = NamedQuestions.find(word);
        QuestionsReport report = new QuestionsReport(found);
        output.print(shell, report.checked(), report::printCheck);
        return ExitCode.OK;
    }

    @Command(name = "show", description = "Show the questions of a set, or copy the set to a file of your own.")
    int show(
            @Parameters(paramLabel = "NAME|FILE", description = SET) String word,
            @Option(names = "--out", paramLabel = "FILE", description = "Write the set to this file, as it stands.")
                    @Nullable
                    Path out,
            @Option(names = "--force", description = OutFile.OVERWRITE) boolean force,
            @Mixin OutputOptions output)
            throws IOException {
        NamedQuestions found = NamedQuestions.find(word);
        QuestionsReport report = new QuestionsReport(found);
        if (out == null) {
            output.print(shell, report.shown(), report::printQuestions);
            return ExitCode.OK;
        }
        OutFile.writable(out, force);
        AtomicFiles.writeString(out, found.text());
        if (output.json) {
            output.print(shell, report.shown(), text -> {});
        }
        shell.err()
                .printf(
                        "wrote %d questions to %s; use them with: vivarium evaluate MODEL --questions %s%n",
                        found.set().questions().size(), out, out);
        return ExitCode.OK;
    }
}
