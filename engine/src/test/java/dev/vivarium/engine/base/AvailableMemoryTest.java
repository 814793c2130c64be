package dev.vivarium.engine.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    @Test
    void withoutAContainerTheSystemsFreeMemoryCounts() throws IOException {
        write("proc/meminfo", "MemTotal:       1000 kB\nMemAvailable:    2048 kB\n");
        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/memory.current", "99\n");

        assertThat(AvailableMemory.of(root)).isEqualTo(new AvailableMemory(2 * MIB, "free on this machine"));
    }

    @Test
    void aContainersLimitCountsWithoutItsPagesOfFiles() throws IOException {
        write("proc/meminfo", "MemAvailable:    99999999 kB\n");
        write("sys/fs/cgroup/memory.max", 100 * MIB + "\n");
        write("sys/fs/cgroup/memory.current", 70 * MIB + "\n");
        write("sys/fs/cgroup/memory.stat", "anon 7\ninactive_file " + 30 * MIB + "\n");

        assertThat(AvailableMemory.of(root)).isEqualTo(new AvailableMemory(60 * MIB, "left in this container"));
    }

    @Test
    void theFirstVersionOfContainersIsReadToo() throws IOException {
        write("proc/meminfo", "MemAvailable:    99999999 kB\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", 50 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", 20 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 5\ntotal_inactive_file " + 10 * MIB + "\n");

        assertThat(AvailableMemory.of(root).bytes()).isBetween(30 * MIB, 40 * MIB);
    }

    @Test
    void whereNothingIsKnownNothingIsRefused() {
        assertThatCode(() -> AvailableMemory.of(root).require(1L << 50, "training", ""))
                .doesNotThrowAnyException();
    }

    @Test
    void sizesAreReadAsPeopleWriteThem() {
        assertThat(AvailableMemory.parse("6g", "X").bytes()).isEqualTo(6144 * MIB);
        assertThat(AvailableMemory.parse("1500m", "X").bytes()).isEqualTo(1500 * MIB);
        assertThat(AvailableMemory.parse("2GiB", "X").bytes()).isEqualTo(2048 * MIB);
        assertThat(AvailableMemory.parse("4096", "X").bytes()).isEqualTo(4096);
        for (String wrong : new String[] {"lots", "-1g", "0", "1.5g"}) {
            assertThatThrownBy(() -> AvailableMemory.parse(wrong, "VIVARIUM_MEMORY"))
                    .isInstanceOf(InputException.class)
                    .hasMessage("VIVARIUM_MEMORY is \"" + wrong + "\"; write a size such as 6g or 1500m");
        }
    }

    @Test
    void aRefusalNamesNeedRoomAndRemedy() {
        AvailableMemory memory = new AvailableMemory(100 * MIB, "free on this machine");

        assertThatThrownBy(() -> memory.require(2000 * MIB, "training", "try less"))
                .isInstanceOf(InputException.class)
                .hasMessage("training needs about 2,000 MiB of memory, but 100 MiB are free on this machine; try less");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
