// SPDX-License-Identifier: Apache-2.0

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs a few tests and ends the JVM with a verdict at the first failure: the status is 0 if all passed, 1 if one failed
 * or hung, 2 if there was nothing to run.
 *
 * <p>A test that is still running after {@code -Dhang.seconds} (30) has hung: its own timeout would end it too, only later.
 * The last line of standard output is the verdict.
 */
public final class Selection {

    private Selection() {}

    public static void main(String[] tests) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(tests).map(Selection::selector).toList())
                .build();
        Verdict verdict = new Verdict();
        try {
            LauncherFactory.create().execute(request, verdict);
        } catch (RuntimeException | Error e) { // a name that is wrong, for one: no test has noticed anything
            e.printStackTrace();
            end(2, "the tests could not be run: " + e);
        }
        if (verdict.passed.get() == 0) {
            end(2, "no test ran of " + List.of(tests));
        }
        end(0, verdict.passed + " tests passed");
    }

    private static DiscoverySelector selector(String test) {
        return test.contains("#") ? selectMethod(test) : selectClass(test);
    }

    static void end(int status, String verdict) {
        System.out.println();
        System.out.println(verdict);
        System.out.flush();
        Runtime.getRuntime().halt(status); // What hangs must not keep the JVM.
    }

    private static final class Verdict implements TestExecutionListener {

        private static final int HANG_SECONDS = Integer.getInteger("hang.seconds", 30);

        final AtomicInteger passed = new AtomicInteger();

        /** The watch on the test that runs; written by the launcher's thread only. */
        private Thread watch = new Thread();

        @Override
        public void executionStarted(TestIdentifier test) {
            if (!test.isTest()) {
                return;
            }
            Thread runner = Thread.currentThread();
            watch = new Thread(() -> watch(test, runner), "watch");
            watch.setDaemon(true);
            watch.start();
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                watch.interrupt();
            }
            switch (result.getStatus()) {
                case FAILED -> end(1, name(test) + ": " + thrown(result));
                case SUCCESSFUL -> passed.addAndGet(test.isTest() ? 1 : 0);
                case ABORTED -> {} // An assumption does not hold here: no virtual threads, say.
            }
        }

        private static String thrown(TestExecutionResult result) {
            return String.valueOf(result.getThrowable().orElse(null)).replaceAll("\\s+", " ");
        }

        private static void watch(TestIdentifier test, Thread runner) {
            try {
                Thread.sleep(HANG_SECONDS * 1000L);
            } catch (InterruptedException e) {
                return; // It has ended in time.
            }
            end(1, name(test) + " hung at " + ours(runner.getStackTrace()));
        }

        private static String ours(StackTraceElement[] stack) {
            return Arrays.stream(stack)
                    .filter(frame -> frame.getClassName().startsWith("io.github.esclusa"))
                    .findFirst()
                    .map(StackTraceElement::toString)
                    .orElse("an unknown place");
        }

        private static String name(TestIdentifier test) {
            return test.getLegacyReportingName();
        }
    }
}
