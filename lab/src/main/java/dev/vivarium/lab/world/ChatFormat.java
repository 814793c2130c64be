package dev.vivarium.lab.world;

/** The chat layout of the mini world: ChatML without a default system turn, so that ordinary tools understand it. */
final class ChatFormat {
    static final String END_OF_TEXT = "<|endoftext|>";
    static final String START = "<|im_start|>";
    static final String END = "<|im_end|>";

    /** The same layout as a Jinja template. */
    static final String TEMPLATE = """
            {%- for message in messages %}
            {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\\n' }}
            {%- endif %}
            """;

    private ChatFormat() {}

    /** A question up to where the answer begins. */
    static String prompt(String question) {
        return START + "user\n" + question + END + "\n" + START + "assistant\n";
    }
}
