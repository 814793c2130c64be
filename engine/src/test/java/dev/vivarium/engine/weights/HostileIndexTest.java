package dev.vivarium.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Refusals;
import dev.vivarium.engine.base.Refusals.Hostile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Indexes that lie about their shards, and names that lead elsewhere. */
class HostileIndexTest {
    private static final String SHARD = "model-00001-of-00002.safetensors";
    private static final String TENSORS = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}";
    private static final int DATA_BYTES = 12;

    @TempDir
    Path dir;

    static Stream<Hostile> hostileIndexes() {
        Stream<Hostile> names = Stream.of(
                        "../" + SHARD,
                        "..\\\\" + SHARD,
                        "x/../../" + SHARD,
                        "/etc/passwd",
                        "/" + SHARD,
                        "C:\\\\x.safetensors",
                        "file:///x.safetensors",
                        "sub/x.safetensors",
                        "con.safetensors",
                        "COM1.x.safetensors",
                        "x.safetensors\\u0000.json",
                        "\\u001b[31mx.safetensors",
                        "x\\n.safetensors",
                        "x.bin",
                        ".safetensors/",
                        "\\u202ex.safetensors",
                        "")
                .map(name -> new Hostile("shard " + name, index("{\"a\":\"" + name + "\"}"), "is refused; a shard is"));
        return Stream.concat(names, faults().stream());
    }

    private static List<Hostile> faults() {
        String good = "{\"a\":\"" + SHARD + "\",\"b\":\"" + SHARD + "\"}";
        return List.of(
                new Hostile("empty file", "", "must be a JSON object"),
                new Hostile("array", "[]", "must be a JSON object"),
                new Hostile("torn", index(good).substring(0, 40), "malformed JSON"),
                new Hostile("text after it", index(good) + "{}", "more text follows"),
                new Hostile("no map", "{}", "weight_map must be an object"),
                new Hostile("empty map", index("{}"), "weight_map must be an object"),
                new Hostile("map is a list", index("[\"a\"]"), "weight_map must be an object"),
                new Hostile("shard is a number", index("{\"a\":1}"), "the shard must be a file name"),
                new Hostile("shard is an object", index("{\"a\":{}}"), "the shard must be a file name"),
                new Hostile("missing shard", index("{\"a\":\"other.safetensors\"}"), "other.safetensors is missing"),
                new Hostile(
                        "missing shard with a long name",
                        index("{\"a\":\"" + "x".repeat(100_000) + ".safetensors\"}"),
                        "xxx... is missing"),
                new Hostile("tensor that its shard lacks", index("{\"c\":\"" + SHARD + "\"}"), "is not in its shard"),
                new Hostile(
                        "tensor with a name that steers a terminal",
                        index("{\"\\u001b[2J\\n\":\"" + SHARD + "\"}"),
                        "is not in its shard"),
                new Hostile("tensor twice", index("{\"a\":\"" + SHARD + "\",\"a\":\"x\"}"), "Duplicate field 'a'"),
                new Hostile(
                        "map twice", "{\"weight_map\":" + good + ",\"weight_map\":{}}", "Duplicate field 'weight_map'"),
                new Hostile(
                        "nested too deep", "{\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}", "nesting depth"),
                new Hostile(
                        "large and about something else", "{\"x\":[" + "[],".repeat(1_000_000) + "0]}", "weight_map"));
    }

    private static String index(String map) {
        return "{\"weight_map\":" + map + "}";
    }

    @ParameterizedTest
    @MethodSource("hostileIndexes")
    void hostileIndexIsRefusedInOneSentence(Hostile hostile) throws IOException {
        Files.write(dir.resolve(SHARD), HostileFiles.file(TENSORS, DATA_BYTES));
        Files.writeString(dir.resolve(WeightFiles.INDEX_FILE), hostile.content());
        Refusals.assertRefused(dir, () -> WeightFiles.open(dir).close(), hostile.sentence());
    }

    @Test
    void whatAnIndexSaysOfSizesIsNoReasonToRefuse() throws IOException {
        Files.write(dir.resolve(SHARD), HostileFiles.file(TENSORS, DATA_BYTES));
        String map = "{\"a\":\"" + SHARD + "\",\"b\":\"" + SHARD + "\"}";
        for (String total : List.of("12", "12.0", "7", "\"12 bytes\"")) {
            String content = "{\"metadata\":{\"total_size\":" + total + "},\"weight_map\":" + map + "}";
            Files.writeString(dir.resolve(WeightFiles.INDEX_FILE), content);
            try (WeightFiles files = WeightFiles.open(dir)) {
                assertThat(files.names()).isEqualTo(Set.of("a", "b"));
            }
        }
    }
}
