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
}
