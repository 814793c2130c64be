package dev.vivarium.lab.hub;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that may go better the next time: a broken connection, a busy hub. */
final class TransientException extends IOException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration wished;

    TransientException(String what) {
        super(what);
        this.wished = null;
    }

    TransientException(String what, Throwable cause) {
        super(what, cause);
        this.wished = null;
    }

    TransientException(String what, Duration wished) {
        super(what);
        this.wished = wished;
    }

    /** How long the hub asks one to wait; null if it does not say. */
    @Nullable
    Duration wished() {
        return wished;
    }
}
