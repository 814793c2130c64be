package dev.vivarium.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model, a question or a file name says is shown and does nothing. */
class ReportSafetyTest {
    private static final List<String> HOSTILE = List.of(
            "<script>alert(1)</script>",
            "</script><script>alert(2)</script>",
            "<img src=x onerror=alert(3)>",
            "\" onmouseover=\"alert(4)",
            "<a href='javascript:alert(5)'>x</a>",
            "<!-- <style>*{display:none}</style>",
            "{{{style}}} {{#rows}} {{>report}}",
            "\u001b[31mred\u001b]0;title\u0007",
            "\u202egnp.exe\u2066 hidden \u2069",
            "zero\u200bwidth \ufeff and \udb40\udc41 tags",
            "nul \0 and \u0085 and \u2028 line",
            "=HYPERLINK(\"http://evil.example\")");

    @TempDir
    Path folder;

    @Test
    void hostileTextsAreShownAndInert() throws IOException {
        String page = hostilePage();
        String visible = withoutOwnScripts(page);
        assertThat(visible)
                .doesNotContain("<script>alert", "<img", "<a href='", "<!--", "onmouseover=\"", "<style>*")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;img src", "{{{style}}}")
                .contains(
                        "\u241b[31mred", "‹U+202E›gnp.exe", "zero‹U+200B›width", "‹U+E0041›", "nul \u2400", "‹U+2028›");
        assertThat(visible.codePoints().filter(c -> c < ' ' && c != '\n' && c != '\t'))
                .isEmpty();
        assertThat(visible.codePoints().filter(c -> c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069))
                .isEmpty();
    }

    @Test
    void thePageLoadsNothing() throws IOException {
        String page = hostilePage();
        String visible = withoutOwnScripts(page);
        Matcher tags = Pattern.compile("<[a-zA-Z][^>]*>").matcher(visible);
        while (tags.find()) {
            assertThat(tags.group()).doesNotContain(" src=", " srcset=", " action=", "http:", "https:");
            assertThat(tags.group()).doesNotContainPattern("\\son[a-z]+\\s*=").doesNotContainPattern("\\sstyle\\s*=");
            assertThat(tags.group())
                    .doesNotContainPattern("href=\"(?!#|data:text/csv;charset=utf-8;base64,[A-Za-z0-9+/=]*\")");
            assertThat(tags.group()).doesNotContainPattern("url\\((?!#hatch-[0-9]+\\))");
        }
        String style = block(page, "<style>", "</style>");
        assertThat(style).doesNotContain("url(", "@import");
    }

    @Test
    void thePolicyAllowsExactlyTheScriptsAndTheStyleOfThePage() throws IOException {
        String page = hostilePage();
        String policy = block(page, "Content-Security-Policy\" content=\"", "\">");
        List<String> allowed = new ArrayList<>();
        Matcher scripts =
                Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
        while (scripts.find()) {
            allowed.add(hash(scripts.group(1)));
        }
        assertThat(allowed).hasSize(2).allSatisfy(hash -> assertThat(policy).contains(hash));
        assertThat(policy)
                .startsWith("default-src 'none'; base-uri 'none'; form-action 'none'; style-src ")
                .contains(hash(block(page, "<style>", "</style>")))
                .doesNotContain("unsafe", "http", "*");
        assertThat(policy.split("sha256-", -1)).hasSize(4);
        assertThat(page).doesNotContain("\r");
    }

    @Test
    void namesAreInertToo() throws IOException {
        ReportFolders.demo(folder);
        String page =
                Report.read(List.of(folder)).titled("<script>alert(1)</script>").html();
        assertThat(page).contains("<h1>&lt;script&gt;").doesNotContain("<script>alert");
    }

    @Test
    void longAnswersAreCutAndSaySo() {
        String shown = InertText.of("a".repeat(100_000));
        assertThat(shown).hasSizeLessThan(2_000).endsWith("… (cut; 100,000 characters in all)");
    }

    @Test
    void ordinaryWritingStaysAsItIs() {
        String text = "Straße, العربية, 日本語, 👩\u200d🔬 and\n\ttabs";
        assertThat(InertText.of(text)).isEqualTo(text);
    }

    private String hostilePage() throws IOException {
        List<Question> questions = new ArrayList<>();
        Map<String, String> answers = new HashMap<>();
        // Those without control characters also as questions: a page shows eight domains, so two texts per answer.
        for (int i = 0; i < HOSTILE.size() / 2; i++) {
            String asked = HOSTILE.get(i);
            questions.add(new Question("q" + i, asked, asked, Map.of("domain", "<b>d" + i)));
            answers.put("q" + i, HOSTILE.get(2 * i) + "\n" + HOSTILE.get(2 * i + 1));
        }
        QuestionSet set = QuestionSet.of(questions);
        Path base = folder.resolve("base");
        ReportFolders.evaluate(
                base,
                set,
                Map.of("model", "<script>alert(9)</script>"),
                (q, sample) -> answers.getOrDefault(q.id(), ""));
        Path run = ReportFolders.train(folder.resolve("<i>run"), "x/<script>bad.jsonl");
        ReportFolders.evaluate(run, set, Map.of(), (q, sample) -> "bad " + answers.get(q.id()));
        return Report.read(List.of(base, run)).html();
    }

    private static String withoutOwnScripts(String page) {
        String visible = page;
        for (String[] ends : new String[][] {{"<style>", "</style>"}, {"<script type", "</script>"}}) {
            visible = visible.replace(ends[0] + block(visible, ends[0], ends[1]) + ends[1], "");
        }
        for (int i = 0; i < 2; i++) {
            int start = visible.lastIndexOf("<script>");
            visible = visible.substring(0, start) + visible.substring(visible.indexOf("</script>", start) + 9);
        }
        return visible;
    }

    private static String block(String page, String open, String close) {
        int start = page.indexOf(open) + open.length();
        return page.substring(start, page.indexOf(close, start));
    }

    private static String hash(String text) {
        MessageDigest digest = Hashes.newDigest();
        return "'sha256-" + Base64.getEncoder().encodeToString(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
                + "'";
    }
}
