package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.Intervention.Operation;
import dev.vivarium.engine.base.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a subject's activations are changed while it answers.
 *
 * @param interventions in the order in which they act where they meet; none for a subject as it is
 * @param facts what {@code evaluation.json} is to say of them, such as the direction's name; their hash is added there
 */
public record Intervened(List<Intervention> interventions, Map<String, String> facts) {
    /** A subject as it is. */
    public static final Intervened NONE = new Intervened(List.of(), Map.of());

    /** Before the facts in {@code evaluation.json}. */
    static final String FACTS = "intervention/";

    public Intervened {
        interventions = List.copyOf(interventions);
        facts = Collections.unmodifiableMap(new TreeMap<>(facts));
        if (interventions.isEmpty() && !facts.isEmpty()) {
            throw new IllegalArgumentException("facts of no intervention");
        }
    }

    /** Whether anything is changed. */
    public boolean acts() {
        return !interventions.isEmpty();
    }

    /** The facts and the hash of layers, positions, operations and vectors, as keys of {@code model}. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        if (acts()) {
            facts.forEach((name, value) -> settings.put(FACTS + name, value));
            settings.put(FACTS + "sha256", hash());
        }
        return settings;
    }

    private String hash() {
        MessageDigest digest = Hashes.newDigest();
        for (Intervention one : interventions) {
            String where = one.layers() + " " + one.site().word() + " " + one.positions();
            switch (one.operation()) {
                case Operation.Add add -> {
                    text(digest, where + " add " + add.lambda() + (add.relative() ? " relative" : ""));
                    vector(digest, add.vector());
                }
                case Operation.Project project -> {
                    text(digest, where + " project " + project.coefficients());
                    project.vectors().forEach(vector -> vector(digest, vector));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void text(MessageDigest digest, String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void vector(MessageDigest digest, float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length);
        for (float value : vector) {
            bytes.putFloat(value);
        }
        digest.update(bytes.array());
    }
}
