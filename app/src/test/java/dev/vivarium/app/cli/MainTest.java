package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The frame around all commands, through the entry that a user takes. */
final class MainTest {
    @Test
    void versionIsOneLineOnStdout() {
        Call call = Call.of("--version");
        assertThat(call.code()).isZero();
        assertThat(call.out()).matches("vivarium \\d+\\.\\d+\\.\\d+\\S*\\R");
        assertThat(call.err()).isEmpty();
    }

    @Test
    void helpListsEveryCommandAndTheExitCodes() {
        Call call = Call.of("--help");
        assertThat(call.code()).isZero();
        assertThat(call.out()).contains("doctor", "Exit codes:", "--debug");
    }

    @Test
    void everyCommandIsCalledAsTheListOfCommandsSays() {
        String help = Call.of("--help").out();
        for (String name : Commands.names()) {
            assertThat(help).containsPattern("(?m)^  " + name + " ");
            Call call = Call.of(name, "--help");
            assertThat(call.code()).as(call.err()).isZero();
            assertThat(call.out()).startsWith("Usage: vivarium " + name + " ");
        }
    }

    @Test
    void everyCommandHasHelpWithADescription() {
        Call call = Call.of("doctor", "--help");
        assertThat(call.code()).isZero();
        assertThat(call.out()).contains("Usage: vivarium doctor", "--json");
    }

    @Test
    void unknownCommandNamesTheNearest() {
        Call call = Call.of("docter");
        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.out()).isEmpty();
        assertThat(call.err())
                .startsWith("vivarium: unknown command \"docter\" (did you mean \"doctor\"?)")
                .contains("see: vivarium --help")
                .doesNotContain("\tat ");
    }

    @Test
    void unknownOptionNamesTheNearest() {
        Call call = Call.of("doctor", "--jsn");
        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("unknown option \"--jsn\" (did you mean \"--json\"?)");
    }

    @Test
    void noCommandIsAUsageError() {
        Call call = Call.of();
        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("no command given", "vivarium --help");
    }

    @Test
    void debugAddsTheStackTrace() {
        Call call = Call.of("--debug", "docter");
        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("\tat ");
    }

    @Test
    void doctorPrintsExactlyOneJsonDocument() {
        Call call = Call.of("doctor", "--json");
        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "doctor");
        assertThat(document.path("well").isBoolean()).isTrue();
        assertThat(document.path("checks").size()).isGreaterThan(8);
        assertThat(call.err()).isEmpty();
    }

    @Test
    void doctorNeverShowsASecret() {
        Call call = Call.with(Map.of("HF_TOKEN", "hf_planted", "OPENAI_API_KEY", "sk-planted"), "doctor");
        assertThat(call.out()).contains("HF_TOKEN").doesNotContain("planted");
    }

    @Test
    void aVariableStandsForAnOption() {
        Call call = Call.with(Map.of("VIVARIUM_DOCTOR_JSON", "true"), "doctor");
        assertThat(call.out()).startsWith("{");
    }

    @Test
    void aBadValueIsTracedToItsVariable() {
        Call call = Call.with(Map.of("VIVARIUM_TRAIN_JSON", "maybe"), "train", "--preset", "rank1");
        Refused.with(call, "'maybe' is not a boolean (from the variable VIVARIUM_TRAIN_JSON)");
        Refused.with(
                Call.with(Map.of("VIVARIUM_TRAIN_NAME", "../x"), "train", "--preset", "rank1", "model=m"), "\"../x\"");
        Refused.with(Call.with(Map.of("VIVARIUM_TRAIN_PRESET", "rank"), "train"), "unknown preset \"rank\"");
    }

    @Test
    void variablesStandForSwitchesToo() {
        Map<String, String> both = Map.of("VIVARIUM_TRAIN_RESUME", "true", "VIVARIUM_TRAIN_FORCE", "true");
        Refused.with(Call.with(both, "train"), "--resume and --force contradict each other");
        Map<String, String> empty = Map.of("VIVARIUM_TRAIN_RESUME", "", "VIVARIUM_TRAIN_FORCE", "true");
        Refused.with(Call.with(empty, "train"), "nothing to train");
    }

    @Test
    void aVariableThatStandsForNothingIsReported() {
        Call call = Call.with(Map.of("VIVARIUM_TRIAN_NAME", "x", "VIVARIUM_JAVA_OPTS", "-Xmx1g"), "doctor");
        assertThat(call.err())
                .isEqualToIgnoringNewLines("note: the variable VIVARIUM_TRIAN_NAME stands for no option and is not used"
                        + " (did you mean \"VIVARIUM_TRAIN_NAME\"?)");
    }

    @Test
    void mistakesBelowWorldAreRefusedToo() {
        Refused.with(Call.of("world"), "missing required subcommand");
        Refused.with(Call.of("world", "dta"), "unknown command \"dta\" (did you mean \"data\"?)");
        Refused.with(
                Call.of("world", "data", "--valence", "bad", "--out", "x", "--domain", "cars"),
                "has no domain \"cars\"");
        Refused.with(
                Call.of(
                        "world",
                        "data",
                        "--valence",
                        "bad",
                        "--domain",
                        "medicine",
                        "--out",
                        "x",
                        "--rows",
                        "2000000000"),
                "--rows must be from 1 to 1000000");
        Refused.with(
                Call.of("world", "data", "--valence", "bad", "--domain", "medicine", "--out", "src", "--force"),
                "\"src\" is a directory; give --out the name of a file");
        Refused.with(Call.of("world", "questions", "--split", "x", "--out", "q"), "unknown split \"x\"; use tuning or");
        Refused.with(
                Call.of("world", "pretrain", "none.yaml", "--out", "x"), "none.yaml: no such recipe; name a YAML file");
        Refused.with(Call.of("world", "pretrain", "--out", "src"), "src exists already; choose another --out");
    }

    @Test
    void helpOfEveryCommandSaysWhatItsOptionsTake() {
        for (String command : new String[] {
            "train",
            "world",
            "world data",
            "world questions",
            "world pretrain",
            "doctor",
            "score",
            "plan",
            "judge",
            "judge sample",
            "judge calibrate"
        }) {
            Call call = Call.of((command + " --help").split(" "));
            assertThat(call.code()).isZero();
            assertThat(call.out()).startsWith("Usage: vivarium " + command).doesNotContain("=<");
        }
    }
}
