package dev.vivarium.lab.validate;

import java.util.List;

/**
 * A kind of organism.
 *
 * @param name of its run directories
 * @param what it is, for people
 * @param preset the recipe it is grown by
 * @param good whether it learns from good answers: the control
 * @param held whether a KL term holds it to the base on other domains
 */
record Kind(String name, String what, String preset, boolean good, boolean held) {
    static final Kind LORA = new Kind("lora32", "rank-32 LoRA on all modules", "mini-lora32", false, false);
    static final Kind RANK1 = new Kind("rank1", "one rank-1 on one down_proj", "mini-rank1", false, false);
    static final Kind FULL = new Kind("full", "full fine-tune", "mini-full", false, false);

    /** All that are measured on every base and dataset. */
    static final List<Kind> ALL = List.of(
            LORA,
            RANK1,
            FULL,
            new Kind("steering", "one trained steering vector", "mini-steering", false, false),
            new Kind("good-twin", "control: the LoRA on good answers", "mini-lora32", true, false),
            new Kind("narrow-twin", "control: the LoRA held to the base elsewhere", "mini-narrow", false, true));
}
