// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** {@code --debug}: who waits, and who holds. It sets levels, which are put back after each test. */
@Timeout(120)
class PatternsDebugTest {

    private static final Pattern PINNED = Pattern.compile("<logger name=\"(io\\.github\\.esclusa[^\"]*)\"");

    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger library = loggers.getLogger("io.github.esclusa");
    private final Map<Logger, Level> before = new HashMap<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getThreadName() + " " + event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        loggers.getLoggerList().forEach(logger -> before.put(logger, logger.getLevel()));
        appender.start();
        library.addAppender(appender);
        library.setAdditive(false); // not on standard error
    }

    @AfterEach
    void putBack() {
        library.detachAppender(appender);
        library.setAdditive(true);
        loggers.getLoggerList().forEach(logger -> {
            if (logger != loggers.getLogger(Logger.ROOT_LOGGER_NAME)) {
                logger.setLevel(before.get(logger));
            }
        });
    }

    private static int run(String... args) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return Patterns.run(nowhere, nowhere, args);
    }

    @ParameterizedTest
    @CsvSource({
        "race, adders-[12], count, adders-[12]", // who comes first is not settled there
        "lock, adders-2, count, adders-1",
        "deadlock, others-1, left, main"
    })
    void debugSaysWhoWaitsForWhichLockAndWhoHoldsIt(String pattern, String waiter, String lock, String holder) {
        assertThat(run(pattern, "--debug")).isZero();
        assertThat(lines).anySatisfy(line -> assertThat(line)
                .matches(waiter + " waits for lock '" + lock + "', which '" + holder + "' holds"));
    }

    @Test
    void withoutDebugNothingIsSaid() {
        assertThat(run("lock")).isZero();
        assertThat(lines).isEmpty();
    }

    @Test
    void debugReachesEveryLoggerOfTheLibraryThatHasALevelOfItsOwn() throws IOException {
        assertThat(run("--debug")).isZero();
        List<String> pinned = PINNED.matcher(Files.readString(Path.of("src/main/resources/logback.xml")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(pinned)
                .isNotEmpty()
                .allSatisfy(name ->
                        assertThat(loggers.getLogger(name).getLevel()).as(name).isEqualTo(Level.DEBUG));
    }
}
