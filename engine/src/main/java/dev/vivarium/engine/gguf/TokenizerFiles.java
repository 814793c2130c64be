package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.text.AddedToken;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The tokenizer of a file as {@code tokenizer.json}, {@code tokenizer_config.json} and {@code chat_template.jinja}. */
final class TokenizerFiles {
    private static final String MODEL = "tokenizer.ggml.model";

    private final Tokens tokens;
    private final SpecialTokens roles;
    private final Scheme scheme;
    private final boolean setsBos;
    private final boolean setsEos;
    private final Optional<String> template;
    private final int context;

    /** @throws InputException if the vocabulary is malformed, or of a kind or with a pre-tokenizer that is not supported */
    TokenizerFiles(GgufMetadata metadata, Tokens tokens, SpecialTokens roles, int context) {
        String kind = metadata.text(MODEL).orElseThrow(() -> metadata.missing(MODEL));
        this.tokens = kind.equals("llama") ? tokens.withPlainBlanks(SentencePieceScheme.BLANK) : tokens;
        this.roles = roles;
        this.context = context;
        this.scheme = switch (kind) {
            case "gpt2" -> ByteLevelScheme.of(metadata, tokens);
            case "llama" -> SentencePieceScheme.of(metadata, this.tokens, roles);
            default ->
                throw new InputException(metadata.where() + ": tokenizer model \"" + Printable.name(kind)
                        + "\" is not supported; gpt2 and llama are, so take the model's own Hugging Face directory");
        };
        this.setsBos = metadata.flag("tokenizer.ggml.add_bos_token").orElse(scheme.bos())
                && roles.bos().isPresent();
        this.setsEos = metadata.flag("tokenizer.ggml.add_eos_token").orElse(false)
                && !roles.ends().isEmpty();
        this.template = metadata.text("tokenizer.chat_template");
    }

    boolean hasTemplate() {
        return template.isPresent();
    }

    void write(Path directory) throws IOException {
        AtomicFiles.write(directory.resolve(Tokenizer.FILE), out -> {
            try (JsonGenerator json = Json.mapper().getFactory().createGenerator(out)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                writeTokenizer(json);
            }
        });
        Json.write(directory.resolve(Tokenizer.CONFIG_FILE), config());
        if (template.isPresent()) {
            AtomicFiles.writeString(directory.resolve(ChatTemplate.FILE), template.get());
        }
    }

    private void writeTokenizer(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("version", "1.0");
        json.writeNullField("truncation");
        json.writeNullField("padding");
        json.writeArrayFieldStart("added_tokens");
        for (AddedToken token : tokens.added(roles)) {
            json.writeTree(added(token).put("id", token.id()));
        }
        json.writeEndArray();
        writePart(json, "normalizer", scheme.normalizer());
        writePart(json, "pre_tokenizer", scheme.preTokenizer());
        writePart(json, "post_processor", postProcessor());
        writePart(json, "decoder", scheme.decoder());
        json.writeObjectFieldStart("model");
        for (Map.Entry<String, JsonNode> field : scheme.model().properties()) {
            json.writeFieldName(field.getKey());
            json.writeTree(field.getValue());
        }
        json.writeObjectFieldStart("vocab");
        for (int id = 0; id < tokens.count(); id++) {
            if (tokens.types()[id] != Tokens.UNUSED) {
                json.writeNumberField(tokens.texts().get(id), id);
            }
        }
        json.writeEndObject();
        json.writeArrayFieldStart("merges");
        scheme.merges().each((left, right) -> json.writeArray(new String[] {left, right}, 0, 2));
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writePart(JsonGenerator json, String name, @Nullable ObjectNode part) throws IOException {
        json.writeFieldName(name);
        if (part == null) {
            json.writeNull();
        } else {
            json.writeTree(part);
        }
    }

    private static ObjectNode added(AddedToken token) {
        return Json.mapper()
                .createObjectNode()
                .put("content", token.content())
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", token.special());
    }

    private @Nullable ObjectNode postProcessor() {
        if (!setsBos && !setsEos) {
            return scheme.postProcessor();
        }
        ObjectNode frame = Json.mapper().createObjectNode().put("type", "TemplateProcessing");
        ObjectNode special = Json.mapper().createObjectNode();
        for (String part : List.of("single", "pair")) {
            ArrayNode pieces = frame.putArray(part);
            List<String> texts = part.equals("single") ? List.of("A") : List.of("A", "B");
            for (int type = 0; type < texts.size(); type++) {
                if (setsBos) {
                    piece(pieces, special, roles.bos().orElseThrow(), type);
                }
                pieces.addObject()
                        .putObject("Sequence")
                        .put("id", texts.get(type))
                        .put("type_id", type);
                if (setsEos) {
                    piece(pieces, special, roles.ends().getFirst(), type);
                }
            }
        }
        frame.set("special_tokens", special);
        if (scheme.postProcessor() == null) {
            return frame;
        }
        ObjectNode both = Json.mapper().createObjectNode().put("type", "Sequence");
        both.putArray("processors").add(scheme.postProcessor()).add(frame);
        return both;
    }

    private void piece(ArrayNode pieces, ObjectNode special, int id, int type) {
        String text = tokens.texts().get(id);
        pieces.addObject().putObject("SpecialToken").put("id", text).put("type_id", type);
        ObjectNode entry = special.putObject(text).put("id", text);
        entry.putArray("ids").add(id);
        entry.putArray("tokens").add(text);
    }

    private ObjectNode config() {
        ObjectNode config = Json.mapper().createObjectNode().put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("model_max_length", context).put("clean_up_tokenization_spaces", false);
        putToken(config, "bos_token", roles.bos());
        putToken(
                config,
                "eos_token",
                roles.ends().stream().mapToInt(Integer::intValue).findFirst());
        putToken(config, "pad_token", roles.padding());
        putToken(config, "unk_token", roles.unknown());
        ObjectNode decoder = config.putObject("added_tokens_decoder");
        for (AddedToken token : tokens.added(roles)) {
            decoder.set(Integer.toString(token.id()), added(token));
        }
        return config;
    }

    private void putToken(ObjectNode config, String key, OptionalInt id) {
        if (id.isPresent()) {
            config.put(key, tokens.texts().get(id.getAsInt()));
        }
    }
}
