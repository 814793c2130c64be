package dev.vivarium.lab.hub;

import dev.vivarium.lab.net.TransientException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a reply, piece by piece, with a limit to how long a server may be silent.
 *
 * <p>The time limit of the JDK's client ends with the headers, so a stalled transfer would wait for ever.
 */
final class Body implements BodySubscriber<Body>, AutoCloseable {
    /** Pieces of at most 16 KiB that may wait here. */
    private static final int WINDOW = 64;

    private static final List<ByteBuffer> END = List.of();

    private final Duration patience;
    private final BlockingQueue<List<ByteBuffer>> pieces = new LinkedBlockingQueue<>();
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Throwable failure;

    Body(Duration patience) {
        this.patience = patience;
    }

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(WINDOW);
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        failure = thrown;
        pieces.add(END);
    }

    @Override
    public void onComplete() {
        pieces.add(END);
    }

    /**
     * The next bytes; null at the end.
     *
     * @throws TransientException if the transfer broke, or nothing came for too long
     */
    @Nullable
    List<ByteBuffer> next() throws TransientException, InterruptedException {
        List<ByteBuffer> piece = pieces.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            throw new TransientException("nothing came for " + patience.toSeconds() + " s");
        }
        if (piece.isEmpty()) {
            pieces.add(END); // whoever asks again gets the same answer
            Throwable broken = failure;
            if (broken != null) {
                throw new TransientException("the transfer broke off", broken);
            }
            return null;
        }
        Subscription open = subscription;
        if (open != null) {
            open.request(1);
        }
        return piece;
    }

    /** Gives the connection up if the end was not reached. */
    @Override
    public void close() {
        Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
    }
}
