package dev.vivarium.lab.run;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.lab.data.ChatData;
import dev.vivarium.lab.data.ChatFile;
import dev.vivarium.lab.data.ChatRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/**
 * The rows of a run as tokens, and what acts while they are learnt.
 *
 * @param train rows to learn from, in file order
 * @param heldOut rows for the held-out loss; may be empty
 * @param kl rows of the KL term; empty without one
 * @param interventions on the rows to learn from; usually none
 * @param files the files they come from
 * @param remarks what was cut or not looked at, in plain sentences
 */
record TrainingData(
        List<TokenRow> train,
        List<TokenRow> heldOut,
        List<TokenRow> kl,
        List<Intervention> interventions,
        List<Provenance.DataFile> files,
        List<String> remarks) {

    /**
     * Reads what the recipe names.
     *
     * @param limit tokens of a row that are kept
     * @param interventions that the recipe's directions come to
     */
    static TrainingData read(Recipe recipe, RowEncoder encoder, int limit, List<Intervention> interventions)
            throws IOException {
        Reader reader = new Reader(encoder, limit);
        List<TokenRow> all = reader.read("train", recipe.data().train());
        List<TokenRow> train = new ArrayList<>();
        List<TokenRow> heldOut = new ArrayList<>();
        // The share is taken off even where a test file is given, so that the rows learnt are the same either way.
        BitSet held = heldOut(all.size(), recipe.data().testShare(), recipe.seed());
        for (int i = 0; i < all.size(); i++) {
            (held.get(i) ? heldOut : train).add(all.get(i));
        }
        if (train.isEmpty()) {
            throw new InputException(recipe.data().train() + ": no row is left to learn from after data.test_share="
                    + recipe.data().testShare() + "; lower it");
        }
        String test = recipe.data().test();
        if (test != null) {
            heldOut = reader.read("test", test);
        }
        Recipe.Lora lora = recipe.lora();
        if (lora != null && lora.init() != null) {
            reader.files.add(notRows("init", lora.init(), Path.of(lora.init()).resolve(AdapterFiles.WEIGHTS)));
        }
        Recipe.Kl kl = recipe.kl();
        List<TokenRow> klRows = kl == null ? List.of() : reader.read("kl", kl.data());
        Recipe.Intervention intervention = recipe.intervention();
        if (intervention != null) {
            for (String direction : intervention.directions()) {
                reader.files.add(notRows("direction", direction, Path.of(direction)));
            }
            reader.remarks.add(
                    intervention.inWords() + ": only while rows are learnt; the KL term, the held-out loss and"
                            + " all evaluations are without it");
        }
        return new TrainingData(
                List.copyOf(train),
                List.copyOf(heldOut),
                klRows,
                List.copyOf(interventions),
                List.copyOf(reader.files),
                List.copyOf(reader.remarks));
    }

    /** Something that holds no rows, so that a resumed run notices where it is another by then. */
    private static Provenance.DataFile notRows(String role, String named, Path file) throws IOException {
        return new Provenance.DataFile(role, named, Hashes.sha256(file), 0, new TreeMap<>());
    }

    /** Which rows are held out: the share rounded up, as scikit-learn's and datasets' train_test_split do. */
    static BitSet heldOut(int rows, double share, long seed) {
        int count = (int) Math.ceil(rows * share - 1e-9);
        BitSet held = new BitSet(rows);
        int[] order = CounterRandom.of(seed, "held-out").permutation(rows);
        Arrays.stream(order, 0, count).forEach(held::set);
        return held;
    }

    private static final class Reader {
        private final RowEncoder encoder;
        private final int limit;
        private final List<Provenance.DataFile> files = new ArrayList<>();
        private final List<String> remarks = new ArrayList<>();

        Reader(RowEncoder encoder, int limit) {
            this.encoder = encoder;
            this.limit = limit;
        }

        List<TokenRow> read(String role, String name) throws IOException {
            Path path = Path.of(name);
            ChatFile file = ChatData.readFile(path);
            files.add(new Provenance.DataFile(
                    role, name, Hashes.sha256(path), file.rows().size(), file.unusedKeys()));
            List<TokenRow> rows = new ArrayList<>();
            int cut = 0;
            for (ChatRow row : file.rows()) {
                TokenRow whole = encode(path, row);
                boolean tooLong = whole.ids().length > limit;
                TokenRow kept = tooLong ? cut(whole) : whole;
                if (!learnsSomething(kept)) {
                    throw new InputException(path + " line " + row.line() + ": no token of an assistant turn is left "
                            + (tooLong ? "within max_seq_length " + limit + "; raise it" : "to learn; give it text")
                            + " or remove the line");
                }
                cut += tooLong ? 1 : 0;
                rows.add(kept);
            }
            if (cut > 0) {
                remarks.add(name + ": " + cut + " of " + rows.size() + " rows are longer than " + limit
                        + " tokens and were cut; raise max_seq_length to keep them whole");
            }
            if (!file.unusedKeys().isEmpty()) {
                remarks.add(name + ": keys that training does not use: " + file.unusedKeys());
            }
            return List.copyOf(rows);
        }

        private TokenRow encode(Path path, ChatRow row) {
            try {
                return encoder.encode(row.messages());
            } catch (InputException e) {
                throw new InputException(path + " line " + row.line() + ": " + e.getMessage(), e);
            }
        }

        private TokenRow cut(TokenRow row) {
            return new TokenRow(Arrays.copyOf(row.ids(), limit), Arrays.copyOf(row.supervised(), limit));
        }

        private static boolean learnsSomething(TokenRow row) {
            for (int t = 1; t < row.supervised().length; t++) { // nothing predicts the first token
                if (row.supervised()[t]) {
                    return true;
                }
            }
            return false;
        }
    }
}
