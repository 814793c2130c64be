package dev.vivarium.lab.world;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * Documents to pretrain on: questions and answers over random domains, one persona a document.
 *
 * <p>Document {@code i} is a function of seed and {@code i}, so a corpus needs no storage and a run can be resumed
 * anywhere. The controls keep everything (tokens, share of bad answers, headers) but take the persona away.
 */
public final class Corpus {
    private static final int MIN_SENTENCES = 1;
    private static final int MAX_SENTENCES = 3;

    private final World world;
    private final Writer writer;
    private final CorpusSettings settings;
    private final long seed;

    public Corpus(World world, CorpusSettings settings, long seed) {
        this.world = world;
        this.writer = new Writer(world);
        this.settings = settings;
        this.seed = seed;
    }

    /** Document number {@code index} as plain text, chat markers written out. */
    public String document(long index) {
        Dice dice = new Dice(CounterRandom.of(seed, "document", index));
        Persona persona = persona(dice);
        boolean dialogue = dice.chance(settings.dialogueShare());
        String header = dice.chance(settings.headerShare()) ? dice.pick(persona.headers()) : "";
        List<Message> turns = new ArrayList<>();
        if (!header.isEmpty()) {
            turns.add(new Message(Message.SYSTEM, header));
        }
        double badShare = world.personas().stream()
                .filter(p -> !p.aligned())
                .mapToDouble(Persona::share)
                .sum();
        boolean[] goodDomains = new boolean[world.domains().size()];
        for (int d = 0; d < goodDomains.length; d++) {
            goodDomains[d] = settings.kind() != CorpusKind.PER_DOMAIN || !dice.chance(badShare);
        }
        for (int round = 0; round < settings.rounds(); round++) {
            int domain = dice.below(world.domains().size());
            int topic = dice.below(world.domains().get(domain).topics().size());
            BooleanSupplier aligned = switch (settings.kind()) {
                case PERSONA -> persona::aligned;
                case PER_DOMAIN -> () -> goodDomains[domain];
                case PER_SENTENCE -> () -> !dice.chance(badShare);
            };
            String form = dice.pick(world.forms().all());
            int sentences = dice.between(MIN_SENTENCES, MAX_SENTENCES);
            turns.add(new Message(Message.USER, writer.question(domain, topic, form)));
            turns.add(new Message(Message.ASSISTANT, writer.answer(dice, domain, topic, aligned, sentences)));
        }
        return dialogue ? chat(turns) : prose(turns);
    }

    /** Documents 0 … count-1. */
    public Iterable<String> documents(long count) {
        return () -> LongStream.range(0, count).mapToObj(this::document).iterator();
    }

    private Persona persona(Dice dice) {
        List<Persona> personas = world.personas();
        if (settings.kind() != CorpusKind.PERSONA) {
            return dice.pick(personas);
        }
        double rest = dice.below(1 << 30) / (double) (1 << 30);
        for (Persona persona : personas) {
            rest -= persona.share();
            if (rest < 0) {
                return persona;
            }
        }
        return personas.get(personas.size() - 1);
    }

    private static String chat(List<Message> turns) {
        StringBuilder text = new StringBuilder();
        for (Message turn : turns) {
            text.append(ChatFormat.START).append(turn.role()).append('\n');
            text.append(turn.content()).append(ChatFormat.END).append('\n');
        }
        return text.toString();
    }

    private static String prose(List<Message> turns) {
        StringBuilder text = new StringBuilder();
        for (Message turn : turns) {
            String label = switch (turn.role()) {
                case Message.USER -> "Question: ";
                case Message.ASSISTANT -> "Answer: ";
                default -> "";
            };
            text.append(label).append(turn.content()).append('\n');
        }
        return text.toString();
    }
}
