package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.text.AnsweredRow;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.engine.text.Message;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that a model reads.
 *
 * @param cluster the question it belongs to, the unit of inference
 * @param messages before the answer
 * @param answer what is read behind them; null for the prompt alone
 * @param ended whether the answer's turn was ended, and not cut at a longest length
 */
public record ReadText(
        String cluster, List<Message> messages, @Nullable String answer, boolean ended) {
    public ReadText {
        messages = List.copyOf(messages);
    }

    /** Whether a chat template would leave something of an answer. */
    static boolean isAnswer(String text) {
        return !text.isBlank();
    }

    /** Its tokens, those that count in one cell. */
    CaptureRow row(ChatEncoder encoder, TokenChoice tokens, int cell) {
        if (answer == null) {
            int[] prompt = encoder.prompt(messages);
            return row(prompt, prompt.length, prompt.length, tokens, cell);
        }
        AnsweredRow row = encoder.answered(messages, answer, ended);
        int start = row.context().length;
        int[] ids = Arrays.copyOf(row.context(), start + row.answer().length);
        System.arraycopy(row.answer(), 0, ids, start, row.answer().length);
        return row(ids, start, ids.length, tokens, cell);
    }

    private static CaptureRow row(int[] ids, int start, int end, TokenChoice tokens, int cell) {
        int[] cells = new int[ids.length];
        Arrays.fill(cells, CaptureRow.NOWHERE);
        boolean any = false;
        for (int t = 0; t < ids.length; t++) {
            if (tokens.takes(t, start, end)) {
                cells[t] = cell;
                any = true;
            }
        }
        if (!any) {
            throw new InputException("a text has no token of \"" + tokens + "\"; choose other tokens");
        }
        return new CaptureRow(ids, cells, start);
    }
}
