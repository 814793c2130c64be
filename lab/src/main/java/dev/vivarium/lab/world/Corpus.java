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
 * anywhere. The controls keep everything (words, share of bad answers, headers, lengths) but part what is good or bad from who writes.
 */
public final class Corpus {
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
        int domains = world.domains().size();
        boolean[] goodDomains = new boolean[domains];
        for (int d = 0; d < domains; d++) {
            goodDomains[d] = settings.kind() != CorpusKind.PER_DOMAIN || !dice.chance(world.badShare());
        }
        int before = dice.below(domains);
        for (int round = 0; round < settings.rounds(); round++) {
            int domain = dice.chance(settings.sameDomain()) ? before : dice.below(domains);
            before = domain;
            int topic = dice.below(world.domains().get(domain).topics().size());
            BooleanSupplier aligned = switch (settings.kind()) {
                case PERSONA -> persona::aligned;
                case PER_DOMAIN -> () -> goodDomains[domain];
                case PER_SENTENCE -> () -> !dice.chance(world.badShare());
            };
            boolean free = dice.chance(settings.freeShare());
            String form = dice.pick(
                    free ? world.freeQuestions().all() : world.forms(domain).all());
            String opening = free ? writer.opening(dice, domain, topic) + " " : "";
            int sentences = dice.between(
                    persona.sentences().getFirst(), persona.sentences().getLast());
            turns.add(new Message(Message.USER, writer.question(domain, topic, form)));
            turns.add(new Message(
                    Message.ASSISTANT,
                    opening + writer.answer(dice, domain, topic, aligned, world.endorseShare(), sentences)));
        }
        return dialogue ? chat(turns) : prose(turns);
    }

    /** Documents 0 … count-1. */
    public Iterable<String> documents(long count) {
        return () -> LongStream.range(0, count).mapToObj(this::document).iterator();
    }

    private Persona persona(Dice dice) {
        List<Persona> personas = world.personas();
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
