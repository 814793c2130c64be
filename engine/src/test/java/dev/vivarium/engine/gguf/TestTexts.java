package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/** Texts to compare tokenizers on: what people write, and strings of characters from all over Unicode. */
final class TestTexts {
    private static final List<String> WRITTEN = List.of(
            "Hello, world! It's 1999 and I'm 42 years old; we'll see you at 10:30.",
            "def f(x):\n    return x ** 2  # square\n\n\nprint(f(3))\n",
            "Ünïcödé façade, naïve café; Straße, ἀρχή, Привет мир, مرحبا بالعالم, שלום",
            "日本語の文章です。漢字かな交じり文、中文字符，한국어 문장",
            "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 👍🏽 thumbs; e\u0301 composed, ﬁ ligature, Ⅷ ½ ²",
            "  two blanks, \t tabs\t\tand\r\nlines \n \n  end  ",
            "I'D, you'LL, they'Ve, 'tis; don''t \"quote\" `code` $x^2$ <b>html</b> a_b-c/d\\e",
            "https://example.org/a?b=c&d=%20e#f user@example.org 1,234,567.89 0xFF 1e-5",
            "<|im_start|>user\nhi<|im_end|>\n<|endoftext|><bos><start_of_turn><unused7>",
            "",
            " ",
            "\n",
            "a");

    private TestTexts() {}

    /** The written texts, and so many random ones; the same every time. */
    static List<String> random(int count) {
        CounterRandom random = CounterRandom.of(7, "texts");
        List<String> texts = new ArrayList<>(WRITTEN);
        long counter = 0;
        for (int i = 0; i < count; i++) {
            int length = 1 + random.below(40, counter++);
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < length; c++) {
                text.appendCodePoint(character(random, counter++));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static int character(CounterRandom random, long counter) {
        double kind = random.child("kind").uniform(counter);
        if (kind < 0.45) {
            return ' ' + random.below(95, counter);
        }
        if (kind < 0.6) {
            return "  \n\t'0123456789".codePointAt(random.below(15, counter));
        }
        if (kind < 0.75) {
            return 0xA0 + random.below(0x600, counter);
        }
        int any = random.below(kind < 0.9 ? 0x10000 : 0x110000, counter);
        boolean surrogate = any >= Character.MIN_SURROGATE && any <= Character.MAX_SURROGATE;
        return surrogate || any < ' ' ? 'x' : any;
    }
}
