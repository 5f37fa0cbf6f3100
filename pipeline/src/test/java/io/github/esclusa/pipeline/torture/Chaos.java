// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Interrupts whom the scenario says, from the first message to the last answer, every few microseconds. */
final class Chaos {

    private final Scenario scenario;
    private final List<Thread> producers;
    private final Set<Thread> workers;
    private final Random random;
    private final Thread thread;

    private volatile boolean ended;

    private Chaos(Scenario scenario, List<Thread> producers, Set<Thread> workers) {
        this.scenario = scenario;
        this.producers = producers;
        this.workers = workers;
        this.random = new Random(scenario.seed());
        this.thread = new Thread(this::run, "torture-chaos");
    }

    static Chaos start(Scenario scenario, List<Thread> producers, Set<Thread> workers) {
        Chaos chaos = new Chaos(scenario, producers, workers);
        if (scenario.interruptsProducers() || scenario.interruptsWorkers()) {
            chaos.thread.start();
        }
        return chaos;
    }

    void end() throws InterruptedException {
        ended = true;
        thread.join();
    }

    private void run() {
        while (!ended) {
            if (scenario.interruptsProducers()) {
                producers.get(random.nextInt(producers.size())).interrupt();
            }
            if (scenario.interruptsWorkers()) {
                workers.stream().findAny().ifPresent(Thread::interrupt);
            }
            LockSupport.parkNanos(1_000 + random.nextInt(100_000));
        }
    }
}
