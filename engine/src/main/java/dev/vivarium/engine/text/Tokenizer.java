package dev.vivarium.engine.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face {@code tokenizer.json}, run by Hugging Face's own library.
 *
 * <p>No special token is ever added and nothing is cut or padded; text that spells an added token becomes that token,
 * as in transformers. Decoding is exact: no clean-up of spaces. May be used by several threads at once.
 *
 * <p>The native library is called without DJL's wrapper class, which would look for a cloud host on first use. DJL
 * unpacks it below {@code ~/.djl.ai}, or below the directory that the system property {@code ENGINE_CACHE_DIR} names;
 * start the JVM with {@code -Dai.djl.offline=true} so that it never looks for a CUDA build of it.
 */
public final class Tokenizer implements AutoCloseable {
    /** The file a model directory keeps its tokenizer in. */
    public static final String FILE = "tokenizer.json";

    /** The file a model directory keeps the names of its special tokens and often its chat template in. */
    public static final String CONFIG_FILE = "tokenizer_config.json";

    /** Twice the largest known; a limit against a file that is something else. */
    private static final long MAX_FILE_BYTES = 200_000_000;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final VocabularyReader.Vocabulary vocabulary;
    private final int size;
    private final BitSet special = new BitSet();
    private final SpecialSpellings spellings;
    private final Supplier<String> source;
    private long handle;
    private long respelt;

    private Tokenizer(
            long handle, VocabularyReader.Vocabulary vocabulary, Supplier<String> source, SpecialSpellings spellings) {
        this.handle = handle;
        this.vocabulary = vocabulary;
        this.source = source;
        this.spellings = spellings;
        this.size = vocabulary.size();
        for (AddedToken token : vocabulary.added()) {
            special.set(token.id(), token.special());
        }
    }

    /**
     * Loads {@code tokenizer.json} of a model directory.
     *
     * @throws InputException if the file is missing or is not a tokenizer the library knows
     */
    public static Tokenizer load(Path modelDir) {
        Path file = modelDir.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": no such file; a model directory needs its " + FILE);
        }
        return parse(() -> read(file), file.toString());
    }

    /** Makes a tokenizer from the text of a {@code tokenizer.json}; {@code where} names it in errors. */
    public static Tokenizer parse(String json, String where) {
        return parse(() -> json, where);
    }

    private static Tokenizer parse(Supplier<String> source, String where) {
        String json = source.get();
        VocabularyReader.Vocabulary vocabulary = VocabularyReader.read(json, where);
        return new Tokenizer(open(json, where), vocabulary, source, new SpecialSpellings(vocabulary.added(), where));
    }

    static String read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new InputException(file + ": larger than " + MAX_FILE_BYTES + " bytes; it is not a tokenizer");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
        }
    }

    private static long open(String json, String where) {
        long handle;
        try {
            LibUtils.checkStatus(); // unpacks and loads the native library on first use
            handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new InputException(where + ": not a tokenizer that can be used (" + firstLine(e) + ")", e);
        }
        TokenizersLibrary.LIB.disableTruncation(handle);
        TokenizersLibrary.LIB.disablePadding(handle);
        return handle;
    }

    private static String firstLine(RuntimeException e) {
        return Printable.name(String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given"));
    }

    /** The ids of a text. */
    public int[] encode(String text) {
        return encode(text, false).ids();
    }

    /** The ids of a text with the place of each token in it. */
    public Encoding encodeWithOffsets(String text) {
        return encode(text, true);
    }

    /**
     * The same for a text of which parts are not to be read as tokens: what spells a special token inside them is plain
     * text.
     *
     * @param inert these parts, in order and without overlap
     */
    Encoding encodeWithOffsets(String text, List<Span> inert) {
        return inert.isEmpty() ? encode(text, true) : encode(this::respelt, spellings.respelt(text, inert), true);
    }

    /** Whether a text spells a special token somewhere. */
    boolean spellsSpecial(String text) {
        return spellings.in(text);
    }

    private Encoding encode(String text, boolean withOffsets) {
        return encode(this::open, text, withOffsets);
    }

    private Encoding encode(LongSupplier tokenizer, String text, boolean withOffsets) {
        if (text.isEmpty()) {
            return new Encoding(new int[0], new int[0], new int[0]);
        }
        lock.readLock().lock();
        try {
            TokenizersLibrary library = TokenizersLibrary.LIB;
            long encoding = library.encode(tokenizer.getAsLong(), wellFormed(text), false);
            try {
                int[] ids = toInts(library.getTokenIds(encoding));
                return withOffsets
                        ? withOffsets(ids, library.getTokenCharSpans(encoding), text)
                        : new Encoding(ids, new int[0], new int[0]);
            } finally {
                library.deleteEncoding(encoding);
            }
        } catch (IllegalStateException | InputException e) {
            throw e;
        } catch (RuntimeException e) {
            throw unusable("cannot encode a text", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The native library finds some faults of a file only when it works on a text, such as an unknown token that it lacks. */
    private InputException unusable(String what, RuntimeException e) {
        return new InputException(
                spellings.where() + ": " + what + " (" + firstLine(e) + "); take the file of the model again", e);
    }

    /** The library counts Unicode code points; Java counts UTF-16 units. */
    private static Encoding withOffsets(int[] ids, @Nullable CharSpan[] spans, String text) {
        int[] unitOf = new int[text.codePointCount(0, text.length()) + 1];
        for (int point = 1; point < unitOf.length; point++) {
            unitOf[point] = text.offsetByCodePoints(unitOf[point - 1], 1);
        }
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        int reached = 0;
        for (int t = 0; t < ids.length; t++) {
            CharSpan span = spans[t];
            starts[t] = span == null ? reached : unitOf[span.getStart()];
            ends[t] = span == null ? reached : unitOf[span.getEnd()];
            reached = ends[t];
        }
        return new Encoding(ids, starts, ends);
    }

    /** The text of ids, exact; {@code skipSpecialTokens} leaves out what {@link #isSpecial} knows. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        if (ids.length == 0) {
            return "";
        }
        long[] wide = new long[ids.length];
        for (int t = 0; t < ids.length; t++) {
            wide[t] = ids[t];
        }
        lock.readLock().lock();
        try {
            return TokenizersLibrary.LIB.decode(open(), wide, skipSpecialTokens);
        } catch (IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw unusable("cannot decode tokens", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** A decoder for tokens that arrive one after the other. */
    public StreamingDecoder streaming(boolean skipSpecialTokens) {
        return new StreamingDecoder(ids -> decode(ids, skipSpecialTokens));
    }

    /** The id of a token by its name in the vocabulary, for example {@code "<|im_end|>"}. */
    public OptionalInt id(String token) {
        Integer id = vocabulary.ids().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The tokens matched as a whole, in the order of the file. */
    public List<AddedToken> addedTokens() {
        return vocabulary.added();
    }

    /** Whether a token is an added one that is marked special. */
    public boolean isSpecial(int id) {
        return special.get(id);
    }

    /** One more than the largest id; the model's embedding may have more rows. */
    public int vocabularySize() {
        return size;
    }

    private long open() {
        if (handle == 0) {
            throw new IllegalStateException("the tokenizer is closed");
        }
        return handle;
    }

    /** The second tokenizer, made when it is first needed. */
    private synchronized long respelt() {
        open();
        if (respelt == 0) {
            respelt = open(spellings.respeltTokenizer(source.get()), spellings.where());
        }
        return respelt;
    }

    /** Half of a surrogate pair cannot be UTF-8: it becomes U+FFFD, one unit for one, so that offsets hold. */
    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    private static int[] toInts(long[] wide) {
        int[] ids = new int[wide.length];
        for (int t = 0; t < wide.length; t++) {
            ids[t] = Math.toIntExact(wide[t]);
        }
        return ids;
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                TokenizersLibrary.LIB.deleteTokenizer(handle);
                handle = 0;
            }
            if (respelt != 0) {
                TokenizersLibrary.LIB.deleteTokenizer(respelt);
                respelt = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
