package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class VectorFileTest {
    private static final String FLOATS = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    @TempDir
    Path folder;

    @Test
    void aRowOfNumPyIsALayer() throws IOException {
        assertThat(VectorFile.read(numpy(1, FLOATS, floats(1, 2, 3, 4, 5, 6))))
                .containsExactly(Map.entry(0, new float[] {1, 2, 3}), Map.entry(1, new float[] {4, 5, 6}));
        String one = FLOATS.replace("(2, 3)", "(6,)");
        assertThat(VectorFile.read(numpy(2, one, floats(1, 2, 3, 4, 5, 6))))
                .containsExactly(Map.entry(VectorFile.UNNAMED, new float[] {1, 2, 3, 4, 5, 6}));
    }

    @Test
    void theLastNumberOfANameIsTheLayer() throws IOException {
        Path file = folder.resolve("v.safetensors");
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = Map.of(
                    "model.2.layers.11.resid_post", Tensors.floats(new float[] {1, 2}, 1, 2),
                    "v", Tensors.floats(new float[] {3, 4}, 2));
            SafetensorsWriter.write(file, tensors, Map.of());
        }
        assertThat(VectorFile.read(file))
                .containsExactly(Map.entry(VectorFile.UNNAMED, new float[] {3, 4}), Map.entry(11, new float[] {1, 2}));
        assertThat(VectorFile.read(Files.writeString(folder.resolve("v.json"), "{\"layer_3\": [1, 2.5]}")))
                .containsExactly(Map.entry(3, new float[] {1, 2.5f}));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v.json | {"1": [1], "x1": [2]} | "x1" is the second vector of layer 1
            v.json | [1, "2"]              | value 2 of a vector is no number: "2"
            v.json | [1, 1e99]             | no finite number
            v.json | []                    | must be a list of numbers
            v.json | {"1": {}}             | must be a list of numbers
            v.json | 7                     | neither a list of numbers
            v.json | [1,                   | malformed JSON
            v.npy  | nothing               | is no .npy file of NumPy
            v.pt   | PK                    | pickle files can run code
            v.txt  | 1 2 3                 | not a .safetensors file
            """)
    void whatIsNoVectorIsRefusedInOneSentence(String name, String text, String fragment) throws IOException {
        refused(Files.writeString(folder.resolve(name), text), fragment);
    }

    static Stream<String[]> headers() {
        return Stream.of(
                new String[] {FLOATS.replace("<f4", ">f4"), "must hold little-endian floats"},
                new String[] {FLOATS.replace("<f4", "<i4"), "must hold little-endian floats"},
                new String[] {FLOATS.replace("<f4", "|O"), "must hold little-endian floats"},
                new String[] {FLOATS.replace("False", "True"), "must hold little-endian floats"},
                new String[] {FLOATS.replace("(2, 3)", "(2, 3, 4)"), "must hold little-endian floats"},
                new String[] {FLOATS.replace("(2, 3)", "(999999999, 999999999)"), "states 999999999 x 999999999"},
                new String[] {FLOATS.replace("(2, 3)", "(0, 6)"), "states 0 x 6 values"},
                new String[] {FLOATS.replace("(2, 3)", "(2, 4)"), "states 2 x 4 values of 4 bytes but holds 24"});
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderThatLiesIsRefused(String header, String fragment) throws IOException {
        refused(numpy(1, header, floats(1, 2, 3, 4, 5, 6)), fragment);
    }

    @Test
    void aTornHeaderIsRefused() throws IOException {
        Path file = numpy(1, FLOATS, floats(1));
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            refused(Files.write(file, Arrays.copyOf(bytes, length)), "v.npy: ");
        }
        bytes[6] = 2; // the length of the header is then four bytes, of which two are text
        refused(Files.write(file, bytes), "its header is longer than the file");
    }

    private static void refused(Path file, String fragment) {
        assertThatThrownBy(() -> VectorFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(fragment);
    }

    private Path numpy(int version, String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) text.length);
        } else {
            bytes.putInt(text.length);
        }
        bytes.put(text).put(data);
        return Files.write(folder.resolve("v.npy"), Arrays.copyOf(bytes.array(), bytes.position()));
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
