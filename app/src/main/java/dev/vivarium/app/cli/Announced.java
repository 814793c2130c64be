package dev.vivarium.app.cli;

import dev.vivarium.engine.base.Progress;

/** Says something when work really begins, which is after all that could still be refused. */
final class Announced implements Progress {
    private final Progress progress;
    private final Runnable announcement;
    private boolean said;

    Announced(Progress progress, Runnable announcement) {
        this.progress = progress;
        this.announcement = announcement;
    }

    @Override
    public void begin(String task, long total, String unit) {
        if (!said) {
            said = true;
            announcement.run();
        }
        progress.begin(task, total, unit);
    }

    @Override
    public void at(long done, String detail) {
        progress.at(done, detail);
    }

    @Override
    public void end(String summary) {
        progress.end(summary);
    }
}
