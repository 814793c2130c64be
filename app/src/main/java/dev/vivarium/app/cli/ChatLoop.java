package dev.vivarium.app.cli;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.lab.talk.ChatSession;
import dev.vivarium.lab.talk.Speaker;
import dev.vivarium.lab.talk.Speakers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A chat: questions are answered, lines that begin with a slash are orders. */
final class ChatLoop {
    private static final String OFF = "off";
    private static final Map<String, String> ORDERS = orders();

    private final Shell shell;
    private final ChatSession session;
    private final Speakers speakers;
    private SamplingSettings settings;
    private Speaker current;
    private boolean comparing;

    ChatLoop(Shell shell, ChatSession session, Speakers speakers, Speaker current, SamplingSettings settings) {
        this.shell = shell;
        this.session = session;
        this.speakers = speakers;
        this.current = current;
        this.settings = settings;
    }

    private static Map<String, String> orders() {
        Map<String, String> orders = new LinkedHashMap<>();
        orders.put("/system", "TEXT|off  what the model is told before everything; alone: show it");
        orders.put("/adapter", "NAME|off  who answers; alone: show who can");
        orders.put("/scale", "X|off     how strongly adapters act, such as 0.5 or 0-11=0,12=2; alone: show it");
        orders.put("/compare", "          base and organism beside each other, or no longer");
        orders.put("/temperature", "T         0: always the best token; alone: show it");
        orders.put("/seed", "N         root of all randomness; alone: show it");
        orders.put("/reset", "          forget what was said");
        orders.put("/save", "FILE      the conversation as JSONL");
        orders.put("/help", "          this list");
        orders.put("/quit", "          or Ctrl-D");
        return orders;
    }

    /** The words that begin an order. */
    static List<String> words() {
        return List.copyOf(ORDERS.keySet());
    }

    /** Switches the comparison of base and organism on. */
    void compare() {
        if (current.adapter() == null) {
            throw new InputException(
                    speakers.all().size() == 1
                            ? "there is nothing to compare the model with; give an --adapter"
                            : "base is to be compared with an organism; choose one with /adapter NAME");
        }
        comparing = true;
    }

    /** Answers line after line until there is none or the user leaves. */
    void run(ChatInput input) throws IOException {
        for (String line = input.next(); line != null; line = input.next()) {
            String text = line.strip();
            if (text.equals("/quit")) {
                return;
            }
            if (text.isEmpty()) {
                continue;
            }
            try {
                if (text.startsWith("//")) {
                    ask(text.substring(1), input);
                } else if (text.startsWith("/")) {
                    obey(text);
                } else {
                    ask(line, input);
                }
            } catch (InputException e) {
                if (!shell.interactive()) {
                    throw e; // a script must not take the next answer for this one
                }
                say(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Answers one question. */
    void ask(String question, ChatInput input) {
        List<Speaker> asked = comparing ? List.of(speakers.base(), current) : List.of(current);
        AnswerView view = view(asked);
        input.answering();
        ChatSession.Outcome outcome;
        try (Interruption interruption = Interruption.with(shell, "start the same command again")) {
            outcome = session.ask(question, asked, settings, follower(view, input, interruption));
        }
        view.close();
        if (outcome.cut()) {
            say("cut at " + settings.maxNewTokens() + " tokens or the model's last position; see --max-new-tokens");
        }
        if (shell.interactive()) {
            say(String.format(
                    Locale.ROOT,
                    "%s%,d tokens, %.1f tokens/s",
                    input.unwanted() ? "broken off; " : "",
                    outcome.report().newTokens(),
                    outcome.report().tokensPerSecond()));
        }
    }

    private static ChatSession.Follower follower(AnswerView view, ChatInput input, Interruption interruption) {
        Progress heartbeat = interruption.watch(Progress.SILENT);
        return new ChatSession.Follower() {
            @Override
            public void text(int place, String piece) {
                view.text(place, piece);
            }

            @Override
            public void end(int place) {
                view.end(place);
            }

            @Override
            public boolean goesOn() {
                heartbeat.at(0, ""); // leaves here when the process is to end
                return !input.unwanted();
            }
        };
    }

    private AnswerView view(List<Speaker> asked) {
        List<String> names = asked.stream().map(Speaker::name).toList();
        PrintStream out = shell.out();
        if (asked.size() == 2 && shell.interactive() && shell.columns() >= AnswerColumns.LEAST_TERMINAL) {
            return new AnswerColumns(out, names, shell.columns());
        }
        List<String> labels = asked.size() == 1
                ? List.of()
                : names.stream().map(name -> "[" + InertText.line(name) + "]").toList();
        return new AnswerLines(out, labels, asked.size());
    }

    private void obey(String text) throws IOException {
        int space = text.indexOf(' ');
        String order = space < 0 ? text : text.substring(0, space);
        String rest = space < 0 ? "" : text.substring(space).strip();
        switch (order) {
            case "/system" -> system(rest);
            case "/adapter" -> adapter(rest);
            case "/scale" -> scale(rest);
            case "/compare" -> toggle();
            case "/temperature" -> temperature(rest);
            case "/seed" -> seed(rest);
            case "/reset" -> {
                session.conversation().reset();
                say("everything said is forgotten");
            }
            case "/save" -> save(rest);
            case "/help" -> {
                ORDERS.forEach((name, help) -> print(String.format(Locale.ROOT, "%-13s%s", name, help)));
                print("//text                 a question that begins with a slash");
            }
            default ->
                throw new InputException("there is no order " + order + Nearest.hint(order, ORDERS.keySet())
                        + "; /help lists them, and // begins a question with a slash");
        }
    }

    private void system(String text) {
        if (!text.isEmpty()) {
            session.conversation().system(text.equals(OFF) ? null : text);
        }
        String now = session.conversation().system();
        say(now == null ? "no system turn" : "system: " + now);
    }

    private void adapter(String name) {
        if (!name.isEmpty()) {
            Speaker chosen = name.equals(OFF) ? speakers.base() : speakers.named(name);
            if (comparing && chosen.adapter() == null) {
                comparing = false;
                say("the comparison is off");
            }
            current = chosen;
        }
        for (Speaker speaker : speakers.all()) {
            say((speaker.equals(current) ? "* " : "  ")
                    + speaker.name()
                    + (speaker.adapter() == null ? "" : "  (" + speaker.adapter() + ")"));
        }
    }

    private void scale(String text) {
        if (!text.isEmpty()) {
            if (speakers.all().size() == 1) {
                throw new InputException("there is no adapter to scale; give an --adapter");
            }
            session.scale(text.equals(OFF) ? AdapterScale.ONE : AdapterScale.parse(text));
        }
        say("adapter scale: " + session.scale());
    }

    private void toggle() {
        if (comparing) {
            comparing = false;
            say("from now on " + current.name() + " answers alone");
        } else {
            compare();
            say("from now on " + speakers.base().name() + " and " + current.name() + " answer");
        }
    }

    private void temperature(String text) {
        if (!text.isEmpty()) {
            settings = settings.withTemperature(number(text));
        }
        say("temperature: " + settings.temperature());
    }

    private void seed(String text) {
        if (!text.isEmpty()) {
            settings = settings.withSeed(whole(text));
        }
        say("seed: " + settings.seed());
    }

    private void save(String file) throws IOException {
        if (file.isEmpty()) {
            throw new InputException("/save needs the name of a file");
        }
        session.save(Path.of(file), settings);
        say("saved to " + file);
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new InputException("\"" + text + "\" is not a number", e);
        }
    }

    private static long whole(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new InputException("\"" + text + "\" is not a whole number", e);
        }
    }

    /** Words of the program, which are not the model's. */
    private void say(String text) {
        print(InertText.line(text));
    }

    private void print(String text) {
        String line = "  " + text;
        shell.err().println(shell.ansi() ? "\033[2m" + line + "\033[0m" : line);
    }
}
