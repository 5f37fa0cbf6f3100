// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.esclusa.coordination.timer.Timers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A process with a listener, for {@link TcpDescriptorsTest}: answers each line, a counter's name, with its value. */
final class DescriptorProbe {

    private DescriptorProbe() {}

    public static void main(String[] args) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        TestIntake intake = new TestIntake();
        try (Timers timers = Timers.builder("idle").start();
                TcpListener listener = TcpListener.builder("tcp")
                        .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .timers(timers)
                        .meterRegistry(registry)
                        .bind()) {
            // Classes that lie in a directory cannot be loaded without descriptors: the timers' have to be before.
            CountDownLatch fired = new CountDownLatch(1);
            timers.after(Duration.ZERO, fired::countDown);
            fired.await();
            listener.start(intake);
            System.out.println(listener.localAddress().getPort());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println((long) registry.get(line).functionCounter().count());
            }
        }
    }
}
