package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
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
        List<Message> whole = new ArrayList<>(messages);
        whole.add(Message.assistant(answer));
        TokenRow row = encoder.training(whole, false);
        boolean[] targets = row.supervised();
        int end = targets.length;
        while (!targets[end - 1]) {
            end--;
        }
        int start = end;
        while (start > 0 && targets[start - 1]) {
            start--;
        }
        int closing = encoder.endOfTurn().orElse(-1);
        int last = !ended && end - start > 1 && row.ids()[end - 1] == closing ? end - 1 : end;
        return row(row.ids(), start, last, tokens, cell);
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
        return new CaptureRow(ids, cells);
    }
}
