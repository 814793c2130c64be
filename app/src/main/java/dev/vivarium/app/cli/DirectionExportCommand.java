package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.gguf.ControlVector;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.Layers;
import dev.vivarium.lab.direction.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium direction export}: a direction for other programs. */
@Command(
        name = "export",
        description = "Write a direction for other programs, all of it or some layers.",
        footer = {
            "",
            "Example:",
            "  vivarium direction export own.safetensors --format gguf --layers 10-20 --out own.gguf",
            "",
            "gguf is a control vector of llama.cpp, which has none for block 0; safetensors is a direction",
            "again. Both can be made an adapter by vivarium import FILE --model MODEL --layer N."
        })
final class DirectionExportCommand implements Callable<Integer> {
    private final Shell shell;

    /** The formats, spelt as users spell them. */
    enum Format {
        gguf,
        safetensors
    }

    @Parameters(paramLabel = "FILE", description = "A direction.")
    private Path file = Path.of("");

    @Option(names = "--format", required = true, paramLabel = "gguf|safetensors", description = "What to write.")
    private Format format = Format.gguf;

    @Option(names = "--layers", paramLabel = "LIST", description = "Layers such as 3 or 0-5,10; default: all.")
    private @Nullable String layers;

    @Option(
            names = "--model-type",
            paramLabel = "TYPE",
            description =
                    "Architecture that llama.cpp is told, such as qwen2 or llama; default: as the direction says.")
    private @Nullable String modelType;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to create.")
    private Path out = Path.of("");

    DirectionExportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        if (Files.exists(out)) {
            throw new InputException(out + " exists already; choose another name or move it away");
        }
        if (format != Format.gguf && modelType != null) {
            throw new InputException("--model-type is about --format gguf; leave it out");
        }
        Direction direction = Direction.read(file);
        SortedMap<Integer, float[]> vectors = new TreeMap<>(direction.vectors());
        if (layers != null) {
            SortedSet<Integer> wanted = Layers.parse(layers);
            wanted.forEach(direction::vector); // refuses a layer that it does not have
            vectors.keySet().retainAll(wanted);
        }
        if (format == Format.safetensors) {
            direction.only(new TreeSet<>(vectors.keySet())).write(out);
        } else {
            if (direction.site() != Site.RESID_POST) {
                throw new InputException(file + ": lies at " + direction.site().word()
                        + ", but llama.cpp adds a control vector to the output of a block, which is resid_post");
            }
            if (layers == null && vectors.remove(0) != null) {
                shell.err().println("note: the vector of layer 0 is left out, since a control vector has none for it");
            }
            String type = modelType == null ? direction.origin().settings().get(Origin.MODEL_TYPE) : modelType;
            if (type == null) {
                throw new InputException(
                        file + ": does not say the architecture of its model; give --model-type, such as"
                                + " qwen2 or llama, which is model_type in the model's config.json");
            }
            ControlVector.write(out, vectors, type);
        }
        shell.err().println("wrote the vectors of layers " + vectors.keySet() + " to " + out);
        return ExitCode.OK;
    }
}
