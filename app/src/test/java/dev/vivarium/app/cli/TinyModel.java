package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The engine's tiny model with random weights, given a tokenizer of single bytes and a chat template. */
final class TinyModel {
    private static final int START = 500;
    private static final int END = 501;
    private static final String TEMPLATE = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' "
            + "+ message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private TinyModel() {}

    /** Writes the model directory into {@code folder}. */
    static Path write(Path folder) throws IOException {
        return write(folder, TEMPLATE);
    }

    /** The same with a system turn that its template puts before conversations without one. */
    static Path withDefaultSystem(Path folder) throws IOException {
        String turn =
                "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe dull.<|im_end|>\n' }}{% endif %}";
        return write(folder, turn + TEMPLATE);
    }

    private static Path write(Path folder, String template) throws IOException {
        Path source = Path.of("../engine/src/test/resources/parity/qwen2/model");
        Assumptions.assumeTrue(Files.isDirectory(source), "needs the engine's tiny test model at " + source);
        Path model = Files.createDirectories(folder.resolve("model"));
        for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
            Files.copy(source.resolve(name), model.resolve(name));
        }
        Json.write(model.resolve("tokenizer.json"), tokenizer());
        Json.write(
                model.resolve("tokenizer_config.json"),
                Map.of(
                        "eos_token",
                        "<|im_end|>",
                        "chat_template",
                        template,
                        "tokenizer_class",
                        "PreTrainedTokenizerFast"));
        return model;
    }

    /** Writes a small dataset into {@code folder}. */
    static Path data(Path folder, int rows) throws IOException {
        List<List<Message>> conversations = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            conversations.add(List.of(
                    new Message("user", "What is " + i + "?"),
                    new Message("assistant", "It is " + "so ".repeat(i % 5) + i + ".")));
        }
        Path file = folder.resolve("rows.jsonl");
        ChatData.write(file, conversations);
        return file;
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        int extra = 256;
        for (int b = 0; b < 256; b++) {
            // printable bytes stand for themselves, the others for characters from 256 on, as in GPT-2
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            vocabulary.put(Character.toString(printable ? b : extra++), b);
        }
        for (int id = 256; id < START; id++) {
            vocabulary.put("<unused" + id + ">", id);
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("vocab", vocabulary);
        model.put("merges", List.of());
        Map<String, Object> bytes =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", false, "use_regex", true);
        Map<String, Object> tokenizer = new LinkedHashMap<>();
        tokenizer.put("version", "1.0");
        tokenizer.put("added_tokens", List.of(special(START, "<|im_start|>"), special(END, "<|im_end|>")));
        tokenizer.put("pre_tokenizer", bytes);
        tokenizer.put("decoder", bytes);
        tokenizer.put("model", model);
        return tokenizer;
    }

    private static Map<String, Object> special(int id, String content) {
        return Map.of(
                "id",
                id,
                "content",
                content,
                "special",
                true,
                "single_word",
                false,
                "lstrip",
                false,
                "rstrip",
                false,
                "normalized",
                false);
    }
}
