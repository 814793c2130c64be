package dev.vivarium.lab.world;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Torch;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.text.Tokenizer;
import dev.vivarium.engine.train.RowSource;
import dev.vivarium.engine.train.ShuffledRows;
import dev.vivarium.engine.train.StepReport;
import dev.vivarium.engine.train.Trainer;
import dev.vivarium.engine.train.TrainerFiles;
import dev.vivarium.engine.train.TrainingSubject;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import dev.vivarium.lab.data.ChatRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Grows a base model: tokenizer, next-token training on documents, chat tuning on aligned answers.
 *
 * <p>Work in progress lies in {@code <out>.work}: the files of the model, the loss curve and, every
 * {@value #SAVE_EVERY} steps, the state of the optimizer. Running the same recipe again continues from there, and the
 * result is the same as without the break. The finished directory appears in one step.
 */
public final class Pretraining {
    /** Steps that a kill may cost at most. */
    private static final int SAVE_EVERY = 250;

    /**
     * Of a token, forward and back: a product and a sum three times. Every weight takes part, as the embedding is the output
     * matrix too (Kaplan et al. 2020, section 2.1, https://arxiv.org/abs/2001.08361).
     */
    private static final int FLOP_OF_A_WEIGHT = 6;

    private static final String STATE = "state.json";
    private static final String RECIPE = "recipe.yaml";
    private static final String TUNED = "chat_tuning";
    private static final String DOCUMENTS = "pretraining";

    private final World world;
    private final PretrainRecipe recipe;
    private final String recipeText;
    private final Corpus corpus;
    private final Path out;
    private final Path work;
    private final Progress progress;
    private final Device device;
    private final int saveEvery;

    /**
     * A run that has not begun.
     *
     * @param recipeText YAML of a {@link PretrainRecipe}; kept beside the model
     * @param where names the text in errors
     * @param out the model directory to create; it must not exist
     * @param device where to train
     */
    public Pretraining(World world, String recipeText, String where, Path out, Device device, Progress progress) {
        this(world, recipeText, where, out, device, progress, SAVE_EVERY);
    }

    Pretraining(
            World world, String recipeText, String where, Path out, Device device, Progress progress, int saveEvery) {
        this.device = device;
        this.saveEvery = saveEvery;
        this.world = world;
        this.recipeText = recipeText;
        this.recipe = PretrainRecipe.parse(recipeText, where);
        this.corpus = new Corpus(world, recipe.corpus(), recipe.seed());
        this.out = out;
        this.work = out.resolveSibling(out.getFileName() + ".work");
        this.progress = progress;
    }

    /** Runs to the end, or continues where a run of the same recipe was broken off. */
    public void run() throws IOException {
        if (Files.exists(out)) {
            throw new InputException(out + " exists already; choose another --out or move it away");
        }
        device.require();
        prepare();
        ModelConfig config = ModelDirectory.open(work).config();
        try (Tokenizer tokenizer = Tokenizer.load(work)) {
            StageState saved = savedState();
            var initial = RandomWeights.of(config, recipe.model().initDeviation(), recipe.seed());
            initial.replaceAll((name, tensor) -> device.put(tensor));
            PretrainRecipe.Stage first = recipe.pretraining();
            Decoder fresh = Decoder.of(config, initial);
            try (Trainer documents =
                    new Trainer(new TrainingSubject.OfWeights(fresh), first.settings(), documents(tokenizer), null)) {
                if (!saved.stage().equals(TUNED)) {
                    train(documents, DOCUMENTS, saved, first.steps());
                }
                Decoder pretrained = Decoder.of(config, documents.parameters());
                PretrainRecipe.Stage second = recipe.chatTuning();
                try (Trainer chat = new Trainer(
                        new TrainingSubject.OfWeights(pretrained), second.settings(), chats(tokenizer), null)) {
                    train(chat, TUNED, saved, second.steps());
                    SafetensorsWriter.write(work.resolve(WeightFiles.SINGLE_FILE), chat.parameters(), Map.of());
                }
            }
        }
        finish(config);
    }

    /** How far the work in progress is. */
    record StageState(String stage, int steps) {
        String directory() {
            return "state-" + stage + "-" + steps;
        }
    }

    private void prepare() throws IOException {
        Files.createDirectories(work);
        Path kept = work.resolve(RECIPE);
        if (Files.exists(kept)) {
            if (!Files.readString(kept).equals(recipeText)) {
                throw new InputException(work + " holds a run of another recipe; remove it or choose another --out");
            }
        }
        if (!Files.exists(work.resolve(Tokenizer.FILE)) || !Files.exists(kept)) {
            BaseFiles.write(work, recipe, corpus);
            AtomicFiles.writeString(kept, recipeText);
        }
    }

    private RowSource documents(Tokenizer tokenizer) {
        PretrainRecipe.Stage stage = recipe.pretraining();
        return step -> documentRows(tokenizer, corpus, (long) step * stage.rows(), stage.rows());
    }

    /** So many documents from the first on, cut to the length of pretraining's rows; the loss is about all of their tokens. */
    private List<TokenRow> documentRows(Tokenizer tokenizer, Corpus from, long first, int count) {
        List<TokenRow> rows = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            int[] ids = tokenizer.encode(from.document(first + r));
            int[] cut =
                    Arrays.copyOf(ids, Math.min(ids.length, recipe.pretraining().rowTokens()));
            boolean[] all = new boolean[cut.length];
            Arrays.fill(all, true);
            rows.add(new TokenRow(cut, all));
        }
        return rows;
    }

    private RowSource chats(Tokenizer tokenizer) {
        List<TokenRow> rows =
                chatRows().stream().map(row -> chatRow(tokenizer, row)).toList();
        RowSource answers = new ShuffledRows(rows, recipe.chatTuning().rows(), recipe.seed());
        int replayed = recipe.replay().rows();
        Corpus again = new Corpus(
                world, recipe.corpus().withHeaderShare(recipe.replay().headerShare()), recipe.seed());
        return step -> {
            List<TokenRow> all = new ArrayList<>(answers.rows(step));
            all.addAll(documentRows(tokenizer, again, pretrainedDocuments() + (long) step * replayed, replayed));
            return all;
        };
    }

    private long pretrainedDocuments() {
        return (long) recipe.pretraining().steps() * recipe.pretraining().rows();
    }

    /** One question and its answer in the chat layout; the loss is about the answer and the end of the turn. */
    private static TokenRow chatRow(Tokenizer tokenizer, ChatRow row) {
        int[] prompt = tokenizer.encode(ChatFormat.prompt(row.messages().get(0).content()));
        int[] answer = tokenizer.encode(row.messages().get(1).content() + ChatFormat.END);
        int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, ids, prompt.length, answer.length);
        boolean[] supervised = new boolean[ids.length];
        Arrays.fill(supervised, prompt.length, ids.length, true);
        return new TokenRow(ids, supervised);
    }

    private List<ChatRow> chatRows() {
        PretrainRecipe.Stage stage = recipe.chatTuning();
        return ChatSets.aligned(
                world, stage.steps() * stage.rows(), recipe.corpus().freeShare(), recipe.seed());
    }

    private void train(Trainer trainer, String stage, StageState saved, int steps) throws IOException {
        if (saved.stage().equals(stage)) {
            TrainerFiles.restore(work.resolve(saved.directory()), trainer, saved.steps());
        }
        dropMetricsAfter(stage, trainer.stepsDone());
        progress.begin(stage.replace('_', ' '), steps, "steps");
        long start = System.nanoTime();
        long tokens = 0;
        StringBuilder lines = new StringBuilder();
        while (!trainer.finished()) {
            StepReport report = trainer.step();
            tokens += report.tokens();
            lines.append(line(stage, report)).append('\n');
            progress.at(report.step(), "loss %.3f".formatted(report.loss()));
            if (report.step() % saveEvery == 0 || trainer.finished()) {
                append(lines);
                save(trainer, stage);
            }
        }
        double speed = tokens / Math.max((System.nanoTime() - start) / 1e9, 1e-9);
        double flops =
                speed * FLOP_OF_A_WEIGHT * ModelDirectory.open(work).config().parameters();
        progress.end("%d steps, %.2f million tokens, %.0f tokens/s, %.1f GFLOP/s of products with weights"
                .formatted(steps, tokens / 1e6, speed, flops / 1e9));
    }

    private static String line(String stage, StepReport report) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("stage", stage);
        line.put("step", report.step());
        line.put("loss", rounded(report.loss()));
        line.put("lr", report.learningRate());
        line.put("grad_norm", rounded(report.gradNorm()));
        line.put("tokens", report.tokens());
        line.put("seconds", rounded(report.seconds()));
        return Json.line(line);
    }

    private static double rounded(double value) {
        return Math.round(value * 1e5) / 1e5;
    }

    private void append(StringBuilder lines) throws IOException {
        Path metrics = metrics();
        String before = Files.exists(metrics) ? Files.readString(metrics) : "";
        AtomicFiles.writeString(metrics, before + lines);
        lines.setLength(0);
    }

    /** The metrics of steps that a kill undid would otherwise stand there twice. */
    private void dropMetricsAfter(String stage, int step) throws IOException {
        Path metrics = metrics();
        if (!Files.exists(metrics)) {
            return;
        }
        StringBuilder kept = new StringBuilder();
        for (String line : Files.readAllLines(metrics)) {
            var node = Json.parse(line.getBytes(StandardCharsets.UTF_8), metrics.toString());
            boolean later = node.path("stage").asText().equals(TUNED) && stage.equals(DOCUMENTS);
            boolean undone = node.path("stage").asText().equals(stage)
                    && node.path("step").asInt() > step;
            if (!later && !undone) {
                kept.append(line).append('\n');
            }
        }
        AtomicFiles.writeString(metrics, kept.toString());
    }

    private Path metrics() {
        return work.resolve("metrics.jsonl");
    }

    private void save(Trainer trainer, String stage) throws IOException {
        StageState state = new StageState(stage, trainer.stepsDone());
        Path directory = work.resolve(state.directory());
        Files.createDirectories(directory);
        TrainerFiles.write(directory, trainer);
        Json.write(work.resolve(STATE), state);
        dropStatesExcept(state);
    }

    private void dropStatesExcept(StageState state) throws IOException {
        try (Stream<Path> children = Files.list(work)) {
            for (Path child : children.toList()) {
                if (Files.isDirectory(child) && !child.getFileName().toString().equals(state.directory())) {
                    AtomicFiles.deleteTree(child);
                }
            }
        }
    }

    private StageState savedState() {
        Path file = work.resolve(STATE);
        return Files.exists(file) ? Json.read(file, StageState.class) : new StageState("", 0);
    }

    private void finish(ModelConfig config) throws IOException {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("world_sha256", world.sha256());
        provenance.put("recipe_sha256", Hashes.sha256(recipeText));
        provenance.put("documents", pretrainedDocuments());
        provenance.put("documents_sha256", documentsHash());
        provenance.put("chat_rows", chatRows().size());
        provenance.put("chat_rows_sha256", chatHash());
        provenance.put(
                "replayed_documents",
                (long) recipe.chatTuning().steps() * recipe.replay().rows());
        provenance.put("seed", recipe.seed());
        provenance.put("parameters", config.parameters());
        provenance.put("libtorch", Torch.version());
        provenance.put("device", device.word()); // the same recipe gives other weights on a GPU
        provenance.put("threads", Torch.threads());
        Json.write(work.resolve("provenance.json"), provenance);
        AtomicFiles.writeDirectory(out, target -> {
            try (Stream<Path> files = Files.list(work)) {
                for (Path file : files.sorted().toList()) {
                    if (Files.isRegularFile(file)
                            && !file.getFileName().toString().equals(STATE)) {
                        Files.copy(file, target.resolve(file.getFileName()));
                    }
                }
            }
        });
        AtomicFiles.deleteTree(work);
    }

    String documentsHash() {
        MessageDigest digest = Hashes.newDigest();
        long count = (long) recipe.pretraining().steps() * recipe.pretraining().rows();
        corpus.documents(count).forEach(text -> digest.update(text.getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    String chatHash() {
        MessageDigest digest = Hashes.newDigest();
        chatRows().forEach(row -> digest.update((Json.line(row.messages()) + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }
}
