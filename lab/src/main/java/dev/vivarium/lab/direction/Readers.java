package dev.vivarium.lab.direction;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.capture.CaptureSubject;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.ChatEncoder;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A base model in memory and what was grown on it. */
final class Readers implements AutoCloseable {
    private final DirectionSubject subject;
    private final ChatModel base;
    private final @Nullable ChatModel grown;

    private Readers(DirectionSubject subject, ChatModel base, @Nullable ChatModel grown) {
        this.subject = subject;
        this.base = base;
        this.grown = grown;
    }

    static Readers open(DirectionSubject subject, Compute compute) {
        Path adapter = subject.adapter();
        ChatModel base = ChatModel.open(
                ModelDirectory.open(subject.base()),
                adapter == null ? List.of() : List.of(new ScaledAdapter(adapter)),
                compute);
        Path own = subject.grown();
        if (own == null) {
            return new Readers(subject, base, null);
        }
        try {
            return new Readers(subject, base, ChatModel.open(ModelDirectory.open(own), List.of(), compute));
        } catch (RuntimeException | Error e) {
            base.close();
            throw e;
        }
    }

    ChatEncoder encoder() {
        return base.encoder(subject.defaultSystem());
    }

    /** The organism, or the base where nothing was grown on it. */
    CaptureSubject organism() {
        return grown == null
                ? base.subject(subject.adapter() == null ? AdapterBank.NONE : 0)
                : grown.subject(AdapterBank.NONE);
    }

    CaptureSubject base() {
        return base.subject(AdapterBank.NONE);
    }

    @Override
    public void close() {
        base.close();
        if (grown != null) {
            grown.close();
        }
    }
}
