// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Chromium without a head: loads a page, lets its scripts run for some virtual time, and hands back the DOM. */
public final class Browser {

    private static final long PATIENCE_SECONDS = 120;

    private final Path executable;
    private final Path directory;

    /**
     * @param executable what {@link #installed} found
     * @param directory for the browser's profile and output
     */
    public Browser(Path executable, Path directory) {
        this.executable = executable;
        this.directory = directory;
    }

    /** Chromium's shell without windows where it is installed: the same engine, started in half the time. */
    public static Optional<Path> installed() {
        return Stream.of(
                        "/usr/bin/chromium-headless-shell",
                        "/usr/bin/chromium",
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Loads a page.
     *
     * @param url the page
     * @param millis virtual time for its scripts; it stands still while a request is under way
     */
    public Dom load(String url, int millis) throws IOException, InterruptedException {
        Path profile = Files.createTempDirectory(directory, "profile");
        Path dom = profile.resolveSibling(profile.getFileName() + ".html");
        Path errors = profile.resolveSibling(profile.getFileName() + ".log");
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        command.addAll(List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"));
        command.addAll(List.of("--disable-background-networking", "--disable-component-update", "--disable-sync"));
        command.addAll(List.of("--disable-dev-shm-usage", "--user-data-dir=" + profile, "--window-size=1280,1600"));
        command.addAll(List.of("--virtual-time-budget=" + millis, "--dump-dom", url));
        Process process = new ProcessBuilder(command)
                .redirectOutput(dom.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the browser did not end: " + Files.readString(errors));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String html = Files.readString(dom);
        if (html.isBlank()) {
            throw new IOException("the browser showed nothing: " + Files.readString(errors));
        }
        return new Dom(html);
    }
}
