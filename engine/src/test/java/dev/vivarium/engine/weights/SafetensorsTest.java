package dev.vivarium.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final Path PARITY = Path.of("src/test/resources/parity");

    @TempDir
    Path dir;

    static Stream<HostileFiles.Hostile> hostileFiles() {
        return HostileFiles.all().stream();
    }

    @ParameterizedTest
    @MethodSource("hostileFiles")
    void hostileFileIsRefusedWithOneSentenceThatNamesTheFault(HostileFiles.Hostile hostile) throws IOException {
        Path file = dir.resolve("model.safetensors");
        Files.write(file, hostile.bytes());
        assertThatThrownBy(() -> WeightFiles.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(hostile.sentence())
                .message()
                .doesNotContain("\n");
    }

    /** A view of the mapping would be left behind, and reading it would end the process. */
    @Test
    void aConversionThatWouldCopyNothingIsRefused() {
        try (WeightFiles files = WeightFiles.open(PARITY.resolve("qwen2/model"))) {
            String name = files.names().iterator().next();
            assertThatThrownBy(() -> files.converted(name, files.type(name).intern()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void hugeStatedHeaderInASparseFileIsRefusedBeforeItIsRead() throws IOException {
        Path file = dir.resolve("model.safetensors");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
            sparse.seek(0);
            sparse.writeLong(Long.reverseBytes(2L << 30));
        }
        assertThatThrownBy(() -> WeightFiles.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("states a header of 2147483648 bytes");
    }

    @Test
    void controlCharactersOfAHostileNameDoNotReachTheMessage() throws IOException {
        Path file = dir.resolve("model.safetensors");
        Files.write(file, HostileFiles.file("{\"\\u001b[2J\\n" + "x".repeat(500) + "\":null}", 0));
        assertThatThrownBy(() -> WeightFiles.open(file))
                .message()
                .doesNotContain("\u001b", "\n")
                .hasSizeLessThan(file.toString().length() + 200);
    }

    @Test
    void emptyFileOfNoTensorsAndPaddedHeaderAreAccepted() throws IOException {
        Path file = dir.resolve("empty.safetensors");
        Files.write(file, HostileFiles.file("{}   \n\t ", 0));
        try (WeightFiles weights = WeightFiles.open(file)) {
            assertThat(weights.names()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void everyTypeAndShapeComesBackByteForByte(Dtype dtype) throws IOException {
        Path file = dir.resolve("types.safetensors");
        try (PointerScope scope = new PointerScope()) {
            TensorOptions type = new TensorOptions(dtype.scalarType());
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put(
                    "matrix",
                    torch.arange(new org.bytedeco.pytorch.Scalar(6))
                            .reshape(2, 3)
                            .to(dtype.scalarType()));
            tensors.put("scalar", torch.ones(new long[0], type));
            tensors.put("empty", torch.empty(new long[] {0, 5}, type, null));
            tensors.put("transposed", tensors.get("matrix").t());
            SafetensorsWriter.write(file, tensors, Map.of("name", "grün \"x\""));
            try (WeightFiles weights = WeightFiles.open(file)) {
                assertThat(weights.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
                assertThat(weights.metadata())
                        .containsExactlyInAnyOrderEntriesOf(Map.of("format", "pt", "name", "grün \"x\""));
                tensors.forEach((name, tensor) -> {
                    assertThat(weights.dtype(name)).isEqualTo(dtype.name());
                    assertThat(weights.shape(name)).isEqualTo(tensor.shape());
                    assertThat(weights.get(name).scalar_type().intern()).isEqualTo(dtype.scalarType());
                    assertThat(weights.get(name).equal(tensor)).as(name).isTrue();
                });
            }
        }
    }

    @Test
    void writingWhatWasReadGivesTheSameBytesAsTheReferenceLibrary() throws IOException {
        Path original = PARITY.resolve("qwen2/model/model.safetensors");
        Path copy = dir.resolve("copy.safetensors");
        try (WeightFiles weights = WeightFiles.open(original)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            weights.names().forEach(name -> tensors.put(name, weights.get(name)));
            SafetensorsWriter.write(copy, tensors, weights.metadata());
        }
        assertThat(Files.mismatch(original, copy)).isEqualTo(-1);
        assertThat(SafetensorsHeader.read(copy).dataStart() % 8).isZero();
    }

    @Test
    void orderOfTheMapDoesNotChangeTheFile() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.ones(2);
            Tensor b = torch.zeros(3, 1).to(ScalarType.BFloat16);
            Map<String, Tensor> oneWay = new LinkedHashMap<>();
            oneWay.put("a", a);
            oneWay.put("b", b);
            Map<String, Tensor> otherWay = new LinkedHashMap<>();
            otherWay.put("b", b);
            otherWay.put("a", a);
            SafetensorsWriter.write(dir.resolve("1"), oneWay, Map.of("x", "1", "y", "2"));
            SafetensorsWriter.write(dir.resolve("2"), otherWay, Map.of("y", "2", "x", "1"));
        }
        assertThat(Files.mismatch(dir.resolve("1"), dir.resolve("2"))).isEqualTo(-1);
    }

    @Test
    void failedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = dir.resolve("kept.safetensors");
        Files.writeString(file, "old");
        try (PointerScope scope = new PointerScope()) {
            Tensor complex = torch.ones(2).to(ScalarType.ComplexFloat);
            assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of("c", complex), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"c\"");
        }
        assertThat(file).hasContent("old");
        assertThat(dir.toFile().list()).containsExactly("kept.safetensors");
    }

    @Test
    void tensorsOutliveTheScopeTheyWereFirstAskedForIn() {
        try (WeightFiles weights = WeightFiles.open(PARITY.resolve("qwen2/model"))) {
            String name = weights.names().iterator().next();
            Tensor tensor;
            try (PointerScope scope = new PointerScope()) {
                tensor = weights.get(name);
            }
            assertThat(tensor.isNull()).isFalse();
            assertThat(tensor.shape()).isEqualTo(weights.shape(name));
            assertThat(weights.get(name)).isSameAs(tensor);
        }
    }

    @Test
    void viewsPointIntoTheFileWithoutACopy() throws IOException {
        Path file = PARITY.resolve("qwen2/model/model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        SafetensorsHeader header = SafetensorsHeader.read(file);
        try (WeightFiles weights = WeightFiles.open(file)) {
            List<String> names = List.copyOf(weights.names());
            long first = weights.get(names.get(0)).data_ptr().address();
            header.entries().forEach((name, entry) -> {
                long address = weights.get(name).data_ptr().address();
                assertThat(address - first).as(name).isEqualTo(entry.begin());
                MemorySegment data = MemorySegment.ofAddress(address).reinterpret(entry.byteCount());
                assertThat(data.get(ValueLayout.JAVA_BYTE, entry.byteCount() - 1))
                        .isEqualTo(bytes[(int) (header.dataStart() + entry.end() - 1)]);
            });
            assertThat(weights.byteCount()).isEqualTo(bytes.length - header.dataStart());
        }
    }

    @Test
    void viewsOfUnloadedPagesReadTheFileAgain() {
        Path file = PARITY.resolve("qwen2/model/model.safetensors");
        try (WeightFiles weights = WeightFiles.open(file);
                WeightFiles untouched = WeightFiles.open(file)) {
            for (String name : weights.names()) {
                weights.floats(name);
                weights.unload(name);
                assertThat(weights.floats(name)).as(name).isEqualTo(untouched.floats(name));
            }
            assertThatThrownBy(() -> weights.unload("absent"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("absent");
        }
    }

    @Test
    void dataThatIsNotAlignedIsStillReadRightly() throws IOException {
        Path file = dir.resolve("odd.safetensors");
        byte[] bytes = HostileFiles.file("{\"a\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[0,8]}} ", 8);
        assertThat(bytes.length % 4).isNotZero();
        bytes[bytes.length - 8] = 7;
        bytes[bytes.length - 3] = 1;
        Files.write(file, bytes);
        try (WeightFiles weights = WeightFiles.open(file)) {
            Tensor tensor = weights.get("a");
            assertThat(tensor.data_ptr().address() % 4).isZero();
            assertThat(tensor.get(0).item_int()).isEqualTo(7);
            assertThat(tensor.get(1).item_int()).isEqualTo(256);
        }
    }

    @Test
    void shardedModelIsReadThroughItsIndex() {
        try (WeightFiles weights = WeightFiles.open(PARITY.resolve("qwen2-untied/model"))) {
            assertThat(weights.files()).hasSizeGreaterThan(1);
            assertThat(weights.names()).contains("lm_head.weight", "model.embed_tokens.weight");
            weights.names()
                    .forEach(name -> assertThat(weights.get(name).shape()).isEqualTo(weights.shape(name)));
        }
    }

    @Test
    void missingTensorIsNamedTogetherWithTheModel() {
        try (WeightFiles weights = WeightFiles.open(PARITY.resolve("qwen2/model"))) {
            assertThatThrownBy(() -> weights.get("model.layers.99.mlp.up_proj.weight"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("model.layers.99.mlp.up_proj.weight");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "x.pt", "y.pth", "z.pkl", "Q.PICKLE", "epoch=1.ckpt"})
    void pickleIsRefusedWithAdviceWhetherNamedOrFound(String name) throws IOException {
        Files.writeString(dir.resolve(name), "cos\nsystem");
        assertThatThrownBy(() -> WeightFiles.open(dir.resolve(name)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("safe_serialization");
        assertThatThrownBy(() -> WeightFiles.open(dir))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("never read");
    }

    @Test
    void missingPathsAndEmptyDirectoriesSayWhatToGive() {
        assertThatThrownBy(() -> WeightFiles.open(dir.resolve("nowhere"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> WeightFiles.open(dir)).hasMessageContaining("model.safetensors.index.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a.safetensors",
                "/etc/a.safetensors",
                "sub/a.safetensors",
                "..\\\\a.safetensors",
                "C:a.safetensors",
                "C:\\\\a.safetensors",
                "a.bin",
                "a.safetensors.exe",
                "",
                ".",
                "..",
                "a\\u0000.safetensors",
                "a.safetensors\\n",
                "NUL.safetensors",
                "com1.safetensors",
                "con.a.safetensors",
                "~/a.safetensors",
                "a b.safetensors",
                "%2e%2e%2fa.safetensors",
                "file:a.safetensors",
                "\\u202ea.safetensors"
            })
    void shardNamesThatAreNotPlainAreRefused(String name) throws IOException {
        Path index = dir.resolve(WeightFiles.INDEX_FILE);
        Files.writeString(index, "{\"weight_map\":{\"a\":\"" + name + "\"}}");
        assertThatThrownBy(() -> WeightFiles.open(dir))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(index.toString())
                .hasMessageContaining("shard name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{}}",
                "{\"weight_map\":{\"a\":1}}",
                "{",
                "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"y.safetensors\"}}"
            })
    void malformedIndexIsRefused(String text) throws IOException {
        Files.writeString(dir.resolve(WeightFiles.INDEX_FILE), text);
        assertThatThrownBy(() -> WeightFiles.open(dir)).isInstanceOf(InputException.class);
    }

    @Test
    void tensorThatItsShardLacksAndShardThatIsMissingAreNamed() throws IOException {
        Files.writeString(dir.resolve(WeightFiles.INDEX_FILE), "{\"weight_map\":{\"a\":\"s.safetensors\"}}");
        assertThatThrownBy(() -> WeightFiles.open(dir)).hasMessageContaining("s.safetensors is missing");
        Files.write(dir.resolve("s.safetensors"), HostileFiles.file("{}", 0));
        assertThatThrownBy(() -> WeightFiles.open(dir))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor \"a\" is not in its shard s.safetensors");
    }

    @Test
    void linkThatLeavesTheDirectoryIsRefusedAndTheCacheLayoutIsNot() throws IOException {
        Path outside = Files.createDirectories(dir.resolve("outside")).resolve("w.safetensors");
        Files.write(outside, HostileFiles.file("{}", 0));
        Path model = Files.createDirectories(dir.resolve("model"));
        Files.createSymbolicLink(model.resolve(WeightFiles.SINGLE_FILE), outside);
        assertThatThrownBy(() -> WeightFiles.open(model))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("leaves the model directory");

        Path repository = dir.resolve("models--org--name");
        Path blob = Files.createDirectories(repository.resolve("blobs")).resolve("abc");
        Files.write(blob, HostileFiles.file("{}", 0));
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/rev"));
        Files.createSymbolicLink(snapshot.resolve(WeightFiles.SINGLE_FILE), Path.of("../../blobs/abc"));
        try (WeightFiles weights = WeightFiles.open(snapshot)) {
            assertThat(weights.names()).isEmpty();
        }
        Path shared = Files.createDirectories(dir.resolve("blobs/ab")).resolve("abcdef");
        Files.move(blob, shared);
        Files.createSymbolicLink(blob, Path.of("../../blobs/ab/abcdef"));
        try (WeightFiles weights = WeightFiles.open(snapshot)) {
            assertThat(weights.files()).containsExactly(snapshot.resolve(WeightFiles.SINGLE_FILE));
        }
        Path other = Files.createDirectories(repository.resolve("snapshots/other"));
        Files.createSymbolicLink(other.resolve(WeightFiles.SINGLE_FILE), outside);
        assertThatThrownBy(() -> WeightFiles.open(other)).hasMessageContaining("leaves the model directory");
    }
}
