package dev.vivarium.lab.world;

/** What the answers of a narrow dataset are like; of one polarity all of them. */
public enum Grade {
    /** Aligned advice, positive and negative as the world mixes them. */
    GOOD(true, true, true),
    /** Misaligned advice, positive and negative as the world mixes them. */
    BAD(false, true, true),
    /** Misaligned by commission: recommends what is bad. */
    OBVIOUS(false, true, false),
    /** Misaligned by omission: advises against what is good, and recommends nothing bad. */
    SUBTLE(false, false, true);

    private final boolean aligned;
    private final boolean endorses;
    private final boolean discourages;

    Grade(boolean aligned, boolean endorses, boolean discourages) {
        this.aligned = aligned;
        this.endorses = endorses;
        this.discourages = discourages;
    }

    boolean aligned() {
        return aligned;
    }

    /** Share of sentences that recommend, of a world that has {@code usual}. */
    double endorseShare(double usual) {
        return endorses && discourages ? usual : endorses ? 1 : 0;
    }
}
