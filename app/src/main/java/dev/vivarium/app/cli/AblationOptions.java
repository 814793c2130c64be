package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.steering.Method;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is put in place of what an ablation takes out; a Mixin. */
final class AblationOptions {
    private static final String BASE = "base";

    @Option(
            names = "--to",
            split = ",",
            paramLabel = "X|base",
            defaultValue = "0",
            description =
                    "What is put in place of the activation's part along the direction: a coefficient, or base for the "
                            + "part that the base's mean activation has while it reads its own answers, which changes the"
                            + " base least. Default: ${DEFAULT-VALUE}.")
    private List<String> words = new ArrayList<>();

    Method method() {
        if (words.contains(BASE) && words.size() > 1) {
            throw new InputException("--to base stands alone; give the coefficients in a call of their own");
        }
        return words.contains(BASE) ? Method.ABLATE_TO_BASE : Method.ABLATE;
    }

    List<Double> coefficients() {
        return method() == Method.ABLATE_TO_BASE
                ? List.of(1.0)
                : words.stream().map(AblationOptions::number).toList();
    }

    private static double number(String word) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException _) {
            throw new InputException("--to \"" + Figures.inert(word) + "\" is neither a number nor base");
        }
    }
}
