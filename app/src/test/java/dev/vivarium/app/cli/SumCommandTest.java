package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.LoraFactors;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vivarium sum} on runs of a few steps. */
final class SumCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path first = Path.of("");
    private Path second = Path.of("");
    private Path third = Path.of("");

    @BeforeEach
    void organisms() throws IOException {
        model = TinyModel.write(folder);
        first = TinyOrganism.train(folder, "first", "mini-rank1", model);
        second = TinyOrganism.train(folder, "second", "mini-lora32", model, "lora.r=2", "seed=3");
        third = TinyOrganism.train(folder, "third", "mini-lora32", model, "lora.r=2", "seed=4");
    }

    private Call sum(Path out, String... more) {
        return Call.of(Words.of(
                List.of("sum", first.toString(), "--adapter", second.toString(), "--out", out.toString(), "--json"),
                more));
    }

    @Test
    void threeAdaptersBecomeOneThatCanBeUsedLikeAny() throws IOException {
        Path out = folder.resolve("all");
        Call call = sum(out, "--adapter", third.toString(), "--weights", "1,2,-0.5");

        assertThat(call.code()).as(call.err()).isZero();
        JsonNode found = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "sum");
        assertThat(found.path("norm").asDouble()).isPositive();
        assertThat(found.path("weights").path("second").asDouble()).isEqualTo(2);
        assertThat(Files.readString(out.resolve("README.md"))).contains("**Warning.**", "2.0 of `second/adapter`");
        try (LoraFactors factors = LoraFactors.open(out)) {
            assertThat(factors).isNotNull();
        }
        Call again = Call.of(
                "sum",
                model.toString(),
                "--adapter",
                out.toString(),
                "--adapter",
                first.toString(),
                "--weights",
                "1,1",
                "--out",
                folder.resolve("again").toString(),
                "--json");
        assertThat(again.code()).as(again.err()).isZero();
    }

    @Test
    void anAdapterTwiceIsTwiceAsLong() throws IOException {
        double alone = norm(folder.resolve("one"), "1,1e-30");
        double twice = norm(folder.resolve("two"), "2,1e-30");

        assertThat(twice).isEqualTo(2 * alone, within(1e-5 * alone));
    }

    private double norm(Path out, String weights) {
        Call call = sum(out, "--weights", weights);
        assertThat(call.code()).as(call.err()).isZero();
        return Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "sum")
                .path("norm")
                .asDouble();
    }

    @Test
    void whatCannotBeAddedUpIsRefusedAndLeavesNothing() {
        Path out = folder.resolve("out");

        Refused.with(sum(out, "--weights", "1"), "--weights has 1 numbers for 2 adapters");
        Refused.with(
                Call.of("sum", first.toString(), "--out", out.toString()), "a sum is of two or more adapters, but 1");
        assertThat(out).doesNotExist();
    }
}
