package dev.vivarium.lab.net;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that may go better the next time: a broken connection, a busy server. */
public final class TransientException extends IOException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration wished;

    public TransientException(String what) {
        super(what);
        this.wished = null;
    }

    public TransientException(String what, Throwable cause) {
        super(what, cause);
        this.wished = null;
    }

    public TransientException(String what, Duration wished) {
        super(what);
        this.wished = wished;
    }

    /** How long the server asks one to wait; null if it does not say. */
    public @Nullable Duration wished() {
        return wished;
    }
}
