package dev.vivarium.lab.report;

import com.samskivert.mustache.Mustache;
import java.util.Map;

/** Puts a report into its template. */
final class Page {
    private Page() {}

    static String of(Report report) {
        return Mustache.compiler()
                .compile("<!doctype html><title>{{title}}</title><h1>{{title}}</h1><p>{{finding}}</p>")
                .execute(Map.of("title", report.title(), "finding", report.finding()));
    }
}
