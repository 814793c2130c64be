package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AbruptEndTest {
    /** A program that would have something to say at its end. */
    public static final class Program {
        private Program() {}

        /** Says a word now, and another one if it is left to end as programs do. */
        public static void main(String[] arguments) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("cleaned up")));
            System.out.println("begun");
            System.out.flush();
            AbruptEnd.now(7);
        }
    }

    @Test
    void nothingIsRunAtTheEnd() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(said).isEqualToIgnoringNewLines("begun");
    }
}
