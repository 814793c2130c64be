package dev.vivarium.engine.text;

/**
 * What happens to the system turn that some templates put before a conversation that has none of its own.
 *
 * <p>Qwen2.5 and SmolLM2 introduce the assistant by name that way, in training as in asking (protocol.md 1.4).
 */
public enum DefaultSystem {
    /** It stays: conversations read as transformers renders them. */
    KEEP,
    /** It is taken out; a system turn of the conversation's own stays. */
    DROP
}
