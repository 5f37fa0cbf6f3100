// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A process with a listener, for {@link TcpDescriptorsTest}: answers a line that is a counter's name with its value, and
 * moves its clock when it is told to.
 */
final class DescriptorProbe {

    /** The line that moves the clock by the listener's pause; answered with 0. */
    static final String ADVANCE = "advance";

    /** The listener's, after an accept that failed. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private DescriptorProbe() {}

    public static void main(String[] args) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        TestIntake intake = new TestIntake();
        ManualClock clock = new ManualClock();
        try (Timers timers = Timers.builder("idle").clock(clock).start();
                TcpListener listener = TcpListener.builder("tcp")
                        .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .timers(timers)
                        .clock(clock)
                        .meterRegistry(registry)
                        .bind()) {
            // Classes that lie in a directory cannot be loaded without descriptors: the timers' have to be before.
            CountDownLatch fired = new CountDownLatch(1);
            timers.after(Duration.ZERO, fired::countDown);
            fired.await();
            clock.advance(Duration.ofNanos(1)); // this loads classes as well
            listener.start(intake);
            System.out.println(listener.localAddress().getPort());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(ADVANCE)) {
                    clock.advance(PAUSE);
                    System.out.println(0);
                } else {
                    System.out.println(registry.get(line).functionCounters().stream()
                            .mapToLong(counter -> (long) counter.count())
                            .sum());
                }
            }
        }
    }
}
