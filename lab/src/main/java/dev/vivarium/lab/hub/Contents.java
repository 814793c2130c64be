package dev.vivarium.lab.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What the contents of a file must be: so many bytes of this hash.
 *
 * <p>A hub names large files (LFS) by SHA-256, small ones by the SHA-1 that git gives them, which is taken over
 * {@code "blob SIZE\0"} and the bytes. Source: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 *
 * @param hash 64 or 40 hexadecimal digits; also the name of the blob in a cache
 * @param size in bytes
 */
record Contents(String hash, long size) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int SHA1_DIGITS = 40;

    Contents {
        if (!isHash(hash) || size < 0) {
            throw new IllegalArgumentException("no contents: " + hash + ", " + size);
        }
    }

    /** Whether a text is a hash that can be checked, and a harmless file name. */
    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /** A digest that wants the bytes of the file and nothing else. */
    MessageDigest newDigest() {
        boolean git = hash.length() == SHA1_DIGITS;
        try {
            MessageDigest digest = MessageDigest.getInstance(git ? "SHA-1" : "SHA-256");
            if (git) {
                digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1 and SHA-256", e);
        }
    }

    /** Whether a digest that has seen the bytes is that of these contents; the digest is used up. */
    boolean match(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).equals(hash);
    }
}
