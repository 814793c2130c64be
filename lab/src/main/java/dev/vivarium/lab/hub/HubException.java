package dev.vivarium.lab.hub;

import java.io.IOException;

/** A hub could not be reached or did not do its part, or there is no room for what it sends. The command line ends with code 1. */
public final class HubException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String advice;

    HubException(String sentence, String advice) {
        super(sentence);
        this.advice = advice;
    }

    HubException(String sentence, String advice, Throwable cause) {
        super(sentence, cause);
        this.advice = advice;
    }

    /** What to do now. */
    public String advice() {
        return advice;
    }
}
