package dev.vivarium.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Refusals.Hostile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates that would run without end, grow without end, or reach what is not theirs. */
class HostileTemplateTest {
    /** Twice what a rendering is given, for a machine that does other things too. */
    private static final int SECONDS = 30;

    /** A text of a million characters in x. */
    private static final String BIG = "{% set ns = namespace(a='xxxxxxxxxxxxxxxx') %}{% for i in range(16) %}"
            + "{% set ns.a = ns.a ~ ns.a %}{% endfor %}{% set x = ns.a %}";

    private static final String LAUGHS = laughs("l");
    private static final List<Message> TURNS = List.of(Message.user("a"));

    /** A list of two lists of two lists ...: a million millions of letters. */
    private static String laughs(String name) {
        return "{% set " + name + " = ['x'] %}" + ("{% set " + name + " = [" + name + ", " + name + "] %}").repeat(40);
    }

    static List<Hostile> endlessTemplates() {
        String loops = "{% for i in range(1000) %}".repeat(3) + "x" + "{% endfor %}".repeat(3);
        String macros = "{% macro f0() %}x{% endmacro %}"
                + IntStream.range(1, 15)
                        .mapToObj(i ->
                                "{% macro f" + i + "() %}" + ("{{ f" + (i - 1) + "() }}").repeat(10) + "{% endmacro %}")
                        .reduce("", String::concat);
        List<Hostile> all = new ArrayList<>();
        add(all, "loops that put out", loops, "");
        add(all, "loops that put out nothing", loops.replace("x", ""), "does not come to an end");
        add(all, "loops inside a set", "{% set y %}" + loops + "{% endset %}", "");
        add(all, "loops that copy", BIG + loops.replace("x", "{% set y = x ~ 'y' %}"), "does not come to an end");
        add(all, "a macro that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "Cycle detected");
        add(
                all,
                "macros that call each other",
                "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
                "Cycle detected");
        add(all, "macros that call ten others", macros + "{{ f14() }}", "");
        add(all, "a text that doubles", BIG + "{% set y = x ~ x %}", "makes a text of more than 2000000");
        add(all, "replaced letters", BIG + "{{ x|replace('x', x) }}", "makes a text of more than 2000000");
        add(all, "replaced letters by method", BIG + "{{ x.replace('x', x) }}", "makes a text of more than 2000000");
        add(all, "joined by a long text", BIG + "{{ range(1000)|join(x) }}", "truncated to the max String length");
        add(
                all,
                "a list of long texts",
                BIG + "{% set l = [x, x, x] %}{{ l ~ '' }}",
                "a variable of more than 2000000");
        add(all, "each part replaced", BIG + "{{ range(1000)|map('replace', '1', x)|list }}", "to each part of a list");
        for (String use : List.of(
                "{{ l }}", "{{ l ~ 'x' }}", "{{ l|string }}", "{{ l|tojson }}", "{{ l|join }}", "{{ [l]|unique }}")) {
            add(all, "laughs: " + use, LAUGHS + use, "a variable of more than 2000000");
        }
        add(all, "laughs compared", LAUGHS + laughs("k") + "{{ l == k }}", "a variable of more than 2000000");
        add(
                all,
                "laughs in a namespace",
                "{% set ns = namespace(l=['x']) %}" + "{% set ns.l = [ns.l, ns.l] %}".repeat(40) + "{{ ns.l ~ '' }}",
                "a variable of more than 2000000");
        add(
                all,
                "laughs as maps",
                "{% set l = {'a': 'x'} %}" + "{% set l = {'a': l, 'b': l} %}".repeat(40) + "{{ l ~ '' }}",
                "a variable of more than 2000000");
        add(
                all,
                "laughs through macros",
                "{% macro f0(l) %}{{ l ~ '' }}{% endmacro %}"
                        + IntStream.range(1, 40)
                                .mapToObj(i -> "{% macro f" + i + "(l) %}{{ f" + (i - 1) + "([l, l]) }}{% endmacro %}")
                                .reduce("", String::concat)
                        + "{{ f39(['x']) }}",
                "");
        add(all, "a list that holds itself", "{% set l = [] %}{% do l.append(l) %}{{ l }}", "'do' is disabled");
        add(
                all,
                "a list that grows in an expression",
                "{% set l = [1] %}{{ l.append(l) }}{{ l }}",
                "method \"append\"");
        return all;
    }

    static List<Hostile> templatesThatReachTooFar() {
        List<Hostile> all = new ArrayList<>();
        add(all, "repeat", "{{ 'x'.repeat(2000000000) }}", "the method \"repeat\", which is not known");
        add(all, "an expression without end", "{{ ('a' * 1).matches('(a+)+$') }}", "");
        add(all, "matches", "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$') }}", "the method \"matches\"");
        add(all, "replaceAll", "{{ 'a'.replaceAll('(a+)+$', '') }}", "the method \"replaceAll\"");
        add(all, "format", "{{ '%900000000d'|format(1) }}", "'format' is disabled");
        add(all, "center", "{{ 'x'|center(2000000000) }}", "'center' is disabled");
        add(all, "indent", "{{ 'x'|indent(2000000000) }}", "'indent' is disabled");
        add(all, "regex_replace", "{{ 'x'|regex_replace('x', 'y') }}", "'regex_replace' is disabled");
        add(all, "render", "{{ '{{ 1 }}'|render }}", "'render' is disabled");
        add(all, "render each", "{{ ['{{ 1 }}']|map('render')|list }}", "applies \"render\" to each");
        add(all, "include", "{% include 'tokenizer.json' %}", "'include' is disabled");
        add(all, "import", "{% import 'x' as y %}", "'import' is disabled");
        add(all, "from", "{% from 'x' import y %}", "'from' is disabled");
        add(all, "extends", "{% extends 'x' %}", "'extends' is disabled");
        add(
                all,
                "the class of a text",
                "{{ ''.class.forName('java.lang.Runtime') }}",
                "Cannot resolve property 'class'");
        add(all, "the class of a list", "{{ messages.getClass() }}", "the method \"getClass\"");
        add(all, "the engine itself", "{{ ____int3rpr3t3r____.getContext() }}", "");
        add(all, "the configuration", "{{ ____int3rpr3t3r____.config.maxOutputSize }}", "");
        add(all, "split at nothing", "{{ 'x'.split('') }}", "splits a text at the empty text");
        return all;
    }

    static List<Hostile> templatesThatNestTooDeeply() {
        List<Hostile> all = new ArrayList<>();
        for (String brackets : List.of("()", "[]")) {
            String open = brackets.substring(0, 1);
            String text =
                    "{{ " + open.repeat(20_000) + "1" + brackets.substring(1).repeat(20_000) + " }}";
            add(all, brackets, text, "more than 16 brackets in each other");
            add(all, "hidden " + brackets, "{{ '}}' ~ \"'\" ~ '\\'" + text, "more than 16 brackets in each other");
        }
        add(all, "not", "{{ " + "not ".repeat(20_000) + "1 }}", "a tag of more than 150 names");
        add(all, "plus", "{{ " + "1+".repeat(20_000) + "1 }}", "Error parsing");
        add(all, "minus", "{{ " + "- ".repeat(20_000) + "1 }}", "");
        add(all, "if", "{% if true %}".repeat(3_500) + "{% endif %}".repeat(3_500), "");
        add(all, "for", "{% for i in [1] %}".repeat(3_000) + "{% endfor %}".repeat(3_000), "");
        add(all, "too long", "x".repeat(100_001), "longer than 100000 characters");
        return all;
    }

    private static void add(List<Hostile> all, String name, String content, String sentence) {
        all.add(new Hostile(name, content, sentence));
    }

    @ParameterizedTest
    @MethodSource({"endlessTemplates", "templatesThatReachTooFar", "templatesThatNestTooDeeply"})
    @Timeout(value = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void hostileTemplateIsRefusedInOneSentence(Hostile hostile) {
        assertThatThrownBy(
                        () -> ChatTemplate.of(hostile.content(), Map.of(), "t").text(TURNS, false))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("t: ")
                .hasMessageContaining(hostile.sentence())
                .message()
                .doesNotContain("\n", "null;")
                .hasSizeLessThan(500);
    }

    @Test
    void whatTemplatesOfModelsUseStillWorks() {
        String text =
                "{{ 'a</think>b\\n'.split('</think>')[-1].rstrip('\\n') }}{{ ' c '.strip() }}{{ '.d'.lstrip('.') }}"
                        + "{% if 'ef'.startswith('e') and 'ef'.endswith('f') %}{{ 'E'.lower() }}{% endif %}"
                        + "{% for k, v in {'f': 'g'}.items() %}{{ k ~ v }}{% endfor %}{{ messages[0].get('content')|upper }}"
                        + "{{ messages|map(attribute='role')|join(',') }}{{ 'aXa'|replace('X', 'h') }}{{ messages|length }}"
                        + "{{ messages|selectattr('role', 'equalto', 'user')|list|length }}{{ {'a': 1}|tojson }}";
        assertThat(ChatTemplate.of(text, Map.of(), "t").text(TURNS, false)).isEqualTo("bcdefgAuseraha11{\"a\":1}");
    }
}
