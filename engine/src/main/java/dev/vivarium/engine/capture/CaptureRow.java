package dev.vivarium.engine.capture;

/**
 * One text and which of its tokens count, each in a cell: a cell is whatever its sum is wanted of, such as the answers to one
 * question, or the first token of all answers.
 *
 * @param ids token ids
 * @param cells for each token the number of its cell, or {@link #NOWHERE}
 * @param answer where the answer begins; the number of tokens in a text without one
 */
public record CaptureRow(int[] ids, int[] cells, int answer) {
    /** The cell of tokens that do not count. */
    public static final int NOWHERE = -1;

    public CaptureRow {
        ids = ids.clone();
        cells = cells.clone();
        if (ids.length != cells.length) {
            throw new IllegalArgumentException(ids.length + " tokens but " + cells.length + " cells");
        }
    }

    /** A text without an answer. */
    public CaptureRow(int[] ids, int[] cells) {
        this(ids, cells, ids.length);
    }

    @Override
    public int[] ids() {
        return ids.clone();
    }

    @Override
    public int[] cells() {
        return cells.clone();
    }

    /** Tokens up to the last that counts; those behind it change nothing. */
    int length() {
        int length = cells.length;
        while (length > 0 && cells[length - 1] == NOWHERE) {
            length--;
        }
        return length;
    }

    int id(int t) {
        return ids[t];
    }

    int cell(int t) {
        return cells[t];
    }
}
