package dev.vivarium.lab.net;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How long a server asks one to wait: {@code Retry-After} in seconds or as a time of day (RFC 9110, section 10.2.3), or
 * {@code retry-after-ms}, which some providers add.
 */
public final class RetryAfter {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,8}(\\.\\d{1,6})?");

    private RetryAfter() {}

    /** What the headers say; empty if they do not say it. */
    public static Optional<Duration> of(HttpHeaders headers, InstantSource clock) {
        String milliseconds = headers.firstValue("retry-after-ms").orElse("").strip();
        if (NUMBER.matcher(milliseconds).matches()) {
            return Optional.of(millis(Double.parseDouble(milliseconds)));
        }
        String after = headers.firstValue("Retry-After").orElse("").strip();
        if (NUMBER.matcher(after).matches()) {
            return Optional.of(millis(1000 * Double.parseDouble(after)));
        }
        try {
            Duration until = Duration.between(
                    clock.instant(),
                    ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static Duration millis(double milliseconds) {
        return Duration.ofMillis((long) Math.ceil(milliseconds));
    }
}
