// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jars as modules: all other tests, and the collector, have them on the class path. */
@Timeout(120)
class ModulePathIT {

    private static final Path CONSUMER = Path.of("src/test/consumer");

    /** A class of each jar that a consumer has at run time. */
    private static final List<String> BROUGHT = List.of(
            "io.github.esclusa.core.time.Clock",
            "io.github.esclusa.coordination.pool.ResourcePool",
            "io.github.esclusa.pipeline.Pipeline",
            "com.google.common.graph.Graph",
            "com.google.common.util.concurrent.internal.InternalFutureFailureAccess",
            "io.github.resilience4j.core.IntervalFunction",
            "io.github.resilience4j.retry.RetryConfig",
            "io.micrometer.common.KeyValue",
            "io.micrometer.core.instrument.MeterRegistry",
            "io.micrometer.observation.Observation",
            "org.jspecify.annotations.NullMarked",
            "org.slf4j.Logger");

    @TempDir
    Path directory = Path.of(".");

    @Test
    void aModuleRunsAPipelineAndAPool() throws Exception {
        Path classes = directory.resolve("classes");
        List<String> sources = sources(CONSUMER);
        assertThat(compiled(classes, sources)).isEmpty();

        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        classes + File.pathSeparator + modulePath(),
                        "--module",
                        "org.example.consumer/org.example.consumer.Main")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(output))
                .contains("ready true, stored 1, balanced true")
                .contains("module io.github.esclusa.pipeline, module io.github.esclusa.coordination");
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void whatIsNotExportedIsOutOfReach() throws Exception {
        Path module = directory.resolve("module-info.java");
        Files.writeString(module, "module org.example.prying { requires io.github.esclusa.pipeline; }");
        Path prying = Files.createDirectories(directory.resolve("org/example")).resolve("Prying.java");
        Files.writeString(
                prying, "package org.example; class Prying { io.github.esclusa.pipeline.engine.Engine<?> it; }");

        assertThat(compiled(directory.resolve("classes"), List.of(module.toString(), prying.toString())))
                .contains("package io.github.esclusa.pipeline.engine is not visible");
    }

    /** What javac says: nothing, where it has neither errors nor warnings. */
    private static String compiled(Path classes, List<String> sources) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--release", "17", "-Xlint:all,-requires-automatic", "-d", classes.toString(), "--module-path"));
        arguments.add(modulePath());
        arguments.addAll(sources);
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, arguments.toArray(String[]::new));
        return said.toString();
    }

    private static List<String> sources(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".java"))
                    .toList();
        }
    }

    /** The jars of Esclusa and of what they bring at run time, and no others: of automatic modules javac takes all. */
    private static String modulePath() throws Exception {
        List<String> jars = new ArrayList<>();
        for (String type : BROUGHT) {
            jars.add(Path.of(Class.forName(type)
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        assertThat(jars).as("packaged").allMatch(jar -> jar.endsWith(".jar"));
        return String.join(File.pathSeparator, jars);
    }
}
