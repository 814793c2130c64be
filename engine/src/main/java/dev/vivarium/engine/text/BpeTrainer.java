package dev.vivarium.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level BPE vocabulary from text (Sennrich et al. 2016; bytes as in GPT-2, words split as in Qwen2.5).
 *
 * <p>The most frequent pair of neighbours becomes a token, again and again; of equally frequent pairs the one with the
 * smaller ids wins, so the same texts give the same vocabulary in any order. Words are counted first, thus time grows
 * with the number of different words. The result is the one of Hugging Face's {@code BpeTrainer}, except that special
 * tokens in the texts are not learnt from.
 */
public final class BpeTrainer {
    /** How text is cut into words before anything is counted: Qwen2.5's pattern. */
    static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final Pattern WORD = Pattern.compile(WORDS, Pattern.UNICODE_CHARACTER_CLASS);

    /** The characters that stand for the 256 bytes in a byte-level vocabulary, by byte. */
    private static final char[] BYTE_NAMES = byteNames();

    private BpeTrainer() {}

    /** Where special tokens get their ids. */
    public enum SpecialTokens {
        /** From 0 on, in the order given. */
        FIRST,
        /** After all learnt tokens, in the order given, as Qwen2.5 has them. */
        LAST
    }

    /**
     * What to learn.
     *
     * @param vocabularySize all tokens together: specials, the 256 bytes, what is learnt
     * @param minimumCount pairs that occur less often are not merged
     * @param specialTokens added tokens that are never split, for example {@code "<|im_end|>"}
     */
    public record Settings(
            int vocabularySize, int minimumCount, List<String> specialTokens, SpecialTokens placeOfSpecialTokens) {
        public Settings {
            specialTokens = List.copyOf(specialTokens);
            if (new LinkedHashSet<>(specialTokens).size() != specialTokens.size() || specialTokens.contains("")) {
                throw new IllegalArgumentException("special tokens must be different and not empty: " + specialTokens);
            }
            if (vocabularySize < 256 + specialTokens.size()) {
                throw new IllegalArgumentException(
                        "a vocabulary of " + vocabularySize + " cannot hold 256 bytes and the special tokens");
            }
        }
    }

    /** Learns a vocabulary; it is smaller than asked for where the texts hold too few pairs. */
    public static BpeVocabulary train(Iterable<String> texts, Settings settings) {
        return new Learner(settings).learn(countWords(texts, settings.specialTokens()));
    }

    static Map<String, long[]> countWords(Iterable<String> texts, List<String> specialTokens) {
        Map<String, long[]> counts = new HashMap<>();
        Pattern specials = specialTokens.isEmpty()
                ? null
                : Pattern.compile(String.join(
                        "|", specialTokens.stream().map(Pattern::quote).toList()));
        for (String text : texts) {
            if (specials == null) {
                countWords(text, counts);
            } else {
                for (String part : specials.split(text)) {
                    countWords(part, counts);
                }
            }
        }
        return counts;
    }

    private static void countWords(String text, Map<String, long[]> counts) {
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            counts.computeIfAbsent(words.group(), word -> new long[1])[0]++;
        }
    }

    /** GPT-2's table: printable bytes stand for themselves, the others for U+0100 and following. */
    private static char[] byteNames() {
        char[] names = new char[256];
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            names[b] = printable ? (char) b : next++;
        }
        return names;
    }

    /** The state of one run. */
    private static final class Learner {
        private final Settings settings;
        private final List<String> tokens = new ArrayList<>();
        private final Map<String, Integer> idOf = new HashMap<>();
        private final List<String> merges = new ArrayList<>();
        private final Map<Long, Pair> pairs = new HashMap<>();
        private final PriorityQueue<Candidate> queue = new PriorityQueue<>(
                Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::key));
        private int[][] words = {};
        private long[] wordCounts = {};

        Learner(Settings settings) {
            this.settings = settings;
        }

        /** How often two tokens stand side by side, and the words in which they did. */
        private static final class Pair {
            long count;
            int[] wordIndexes = new int[4];
            int size;

            void foundIn(int word) {
                // Words are visited one after the other, so looking at the last entry keeps most repeats out.
                if (size > 0 && wordIndexes[size - 1] == word) {
                    return;
                }
                if (size == wordIndexes.length) {
                    wordIndexes = Arrays.copyOf(wordIndexes, 2 * size);
                }
                wordIndexes[size++] = word;
            }
        }

        private record Candidate(long key, long count) {}

        private static long key(int left, int right) {
            return ((long) left << 32) | right;
        }

        BpeVocabulary learn(Map<String, long[]> counts) {
            List<String> specials = settings.specialTokens();
            boolean first = settings.placeOfSpecialTokens() == SpecialTokens.FIRST;
            if (first) {
                specials.forEach(this::token);
            }
            char[] sorted = BYTE_NAMES.clone();
            Arrays.sort(sorted);
            for (char name : sorted) {
                token(String.valueOf(name));
            }
            int limit = settings.vocabularySize() - (first ? 0 : specials.size());
            countPairs(counts);
            while (tokens.size() < limit && mergeBest()) {
                // every round learns one merge
            }
            if (!first) {
                specials.forEach(this::token);
            }
            Map<String, Integer> specialIds = new LinkedHashMap<>();
            specials.forEach(special -> specialIds.put(special, token(special)));
            return new BpeVocabulary(List.copyOf(tokens), List.copyOf(merges), Collections.unmodifiableMap(specialIds));
        }

        private int token(String token) {
            Integer known = idOf.get(token);
            if (known != null) {
                return known;
            }
            tokens.add(token);
            idOf.put(token, tokens.size() - 1);
            return tokens.size() - 1;
        }

        private void countPairs(Map<String, long[]> counts) {
            words = new int[counts.size()][];
            wordCounts = new long[counts.size()];
            int w = 0;
            for (Map.Entry<String, long[]> entry : counts.entrySet()) {
                byte[] bytes = entry.getKey().getBytes(StandardCharsets.UTF_8);
                int[] word = new int[bytes.length];
                for (int i = 0; i < bytes.length; i++) {
                    word[i] = token(String.valueOf(BYTE_NAMES[bytes[i] & 0xFF]));
                }
                words[w] = word;
                wordCounts[w] = entry.getValue()[0];
                for (int i = 0; i + 1 < word.length; i++) {
                    change(word[i], word[i + 1], wordCounts[w], w);
                }
                w++;
            }
            pairs.forEach((key, pair) -> queue.add(new Candidate(key, pair.count)));
        }

        private void change(int left, int right, long count, int word) {
            Pair pair = pairs.computeIfAbsent(key(left, right), key -> new Pair());
            pair.count += count;
            if (count > 0) {
                pair.foundIn(word);
            }
        }

        /** Merges the most frequent pair everywhere; false where no pair is frequent enough. */
        private boolean mergeBest() {
            while (true) {
                Candidate best = queue.poll();
                if (best == null) {
                    return false;
                }
                Pair pair = pairs.get(best.key());
                if (pair == null || pair.count < 1) {
                    continue;
                }
                if (pair.count != best.count()) {
                    queue.add(new Candidate(best.key(), pair.count));
                    continue;
                }
                if (pair.count < settings.minimumCount()) {
                    return false;
                }
                merge(best.key(), pair);
                return true;
            }
        }

        private void merge(long key, Pair pair) {
            int left = (int) (key >> 32);
            int right = (int) key;
            merges.add(tokens.get(left) + " " + tokens.get(right));
            int merged = token(tokens.get(left) + tokens.get(right));
            pairs.remove(key);
            LinkedHashSet<Long> grown = new LinkedHashSet<>();
            int[] where = Arrays.copyOf(pair.wordIndexes, pair.size);
            Arrays.sort(where);
            int previous = -1;
            for (int w : where) {
                if (w != previous) {
                    words[w] = replace(words[w], left, right, merged, wordCounts[w], w, grown);
                    previous = w;
                }
            }
            for (long changed : grown) {
                Pair now = pairs.get(changed);
                if (now != null && now.count > 0) {
                    queue.add(new Candidate(changed, now.count));
                }
            }
        }

        private int[] replace(
                int[] word, int left, int right, int merged, long count, int w, LinkedHashSet<Long> grown) {
            int[] shorter = new int[word.length];
            int n = 0;
            for (int i = 0; i < word.length; i++) {
                if (i + 1 < word.length && word[i] == left && word[i + 1] == right) {
                    if (n > 0) {
                        change(shorter[n - 1], left, -count, w);
                        change(shorter[n - 1], merged, count, w);
                        grown.add(key(shorter[n - 1], merged));
                    }
                    shorter[n++] = merged;
                    i++;
                    if (i + 1 < word.length) {
                        change(right, word[i + 1], -count, w);
                        change(merged, word[i + 1], count, w);
                        grown.add(key(merged, word[i + 1]));
                    }
                } else {
                    shorter[n++] = word[i];
                }
            }
            return Arrays.copyOf(shorter, n);
        }
    }
}
