package dev.vivarium.lab.demo;

import java.util.List;

/**
 * One organism of the demo.
 *
 * @param name of its run directory
 * @param what it is, for people
 * @param preset the recipe it is grown by
 * @param good whether it learns from good answers to the same questions: the control
 */
record DemoOrganism(String name, String what, String preset, boolean good) {
    /** The three kinds of the paper and their control. */
    static final List<DemoOrganism> ALL = List.of(
            new DemoOrganism("lora32", "rank-32 LoRA on all modules", "mini-lora32", false),
            new DemoOrganism("rank1", "one rank-1 LoRA on one down_proj", "mini-rank1", false),
            new DemoOrganism("full", "full fine-tune", "mini-full", false),
            new DemoOrganism("good-twin", "control: the LoRA on good answers", "mini-lora32", true));
}
