package dev.vivarium.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for source files: their length, the caption of every package, its line in the README. */
final class FilesTest {
    private static final int LONGEST = 700;
    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES = List.of("engine", "lab", "app");
    private static final Pattern CAPTION = Pattern.compile("/\\*\\*\\R \\* \\S.+[.:;,].*");

    @Test
    void noFileIsLongerThanOneCanOverlook() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources("src", ".java", ".yaml", ".js", ".css", ".mustache")) {
            long lines = lines(file);
            if (lines > LONGEST) {
                tooLong.add(file + " has " + lines + " lines");
            }
        }
        assertThat(tooLong)
                .as("files of more than %d lines: split them by idea", LONGEST)
                .isEmpty();
    }

    @Test
    void everyPackageHasACaptionAndALineInTheReadme() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"), StandardCharsets.UTF_8);
        Set<Path> packages = new TreeSet<>();
        for (Path file : sources("src/main/java", ".java")) {
            packages.add(file.getParent());
        }
        assertThat(packages).isNotEmpty();
        for (Path folder : packages) {
            Path info = folder.resolve("package-info.java");
            assertThat(info).exists();
            String text = Files.readString(info, StandardCharsets.UTF_8);
            assertThat(text)
                    .as(info.toString())
                    .startsWith("/**")
                    .contains("<p>Start from")
                    .contains("@NullMarked");
            assertThat(CAPTION.matcher(text).find()).as("caption in " + info).isTrue();
            String name = text.replaceAll("(?s).*package dev\\.vivarium\\.([a-z.]+);.*", "$1");
            assertThat(readme).as("the tree in the README").contains("| `" + name + "` |");
        }
    }

    private static List<Path> sources(String below, String... endings) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(below))) {
                files.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
                        .filter(Files::isRegularFile)
                        .filter(file -> !file.toString().contains("/parity/"))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static long lines(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return lines.count();
        }
    }
}
