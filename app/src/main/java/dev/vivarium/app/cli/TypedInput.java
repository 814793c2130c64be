package dev.vivarium.app.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Lines that a person types, with editing, recall of earlier lines and Ctrl-C: it ends an answer or clears a line, and leaves
 * when it comes again with nothing between. Lines are remembered as long as the process lives and never written anywhere.
 */
final class TypedInput implements ChatInput {
    private static final String PROMPT = "you> ";
    private static final String HINT = "  Ctrl-C again leaves";

    private final Supplier<String> reader;
    private final Terminal terminal;
    private final AtomicInteger interrupts = new AtomicInteger();
    private boolean warned;

    /**
     * @param reader reads a line, and throws what a line reader of JLine throws
     * @param terminal closed with this
     */
    TypedInput(Supplier<String> reader, Terminal terminal) {
        this.reader = reader;
        this.terminal = terminal;
        terminal.handle(Terminal.Signal.INT, signal -> interrupts.incrementAndGet());
    }

    /**
     * At the terminal of the process.
     *
     * @param commands completed with the tabulator
     */
    static TypedInput ofProcess(List<String> commands) throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .nativeSignals(true)
                .graphemeCluster(false)
                .build();
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .completer(new StringsCompleter(commands))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        return new TypedInput(() -> reader.readLine(PROMPT), terminal);
    }

    @Override
    public @Nullable String next() {
        if (interrupts.get() > 1) {
            throw new Interruption.Stopped();
        }
        warned = interrupts.getAndSet(0) > 0;
        while (true) {
            try {
                return reader.get();
            } catch (UserInterruptException e) {
                boolean empty = e.getPartialLine().isBlank();
                if (empty && warned) {
                    throw new Interruption.Stopped();
                }
                warned = empty;
                if (empty) {
                    terminal.writer().println(HINT);
                    terminal.flush();
                }
            } catch (EndOfFileException _) {
                return null;
            }
        }
    }

    @Override
    public void answering() {
        interrupts.set(0);
    }

    @Override
    public boolean unwanted() {
        return interrupts.get() > 0;
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
