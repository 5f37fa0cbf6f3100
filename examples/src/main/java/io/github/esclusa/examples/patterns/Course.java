// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.examples.patterns.byhand.BarrierByHand;
import io.github.esclusa.examples.patterns.byhand.DeadlockByHand;
import io.github.esclusa.examples.patterns.byhand.ExecutorByHand;
import io.github.esclusa.examples.patterns.byhand.HandOffByHand;
import io.github.esclusa.examples.patterns.byhand.LockByHand;
import io.github.esclusa.examples.patterns.byhand.ManyThreadsByHand;
import io.github.esclusa.examples.patterns.byhand.ProducerConsumerByHand;
import io.github.esclusa.examples.patterns.byhand.Program;
import io.github.esclusa.examples.patterns.byhand.QueueByHand;
import io.github.esclusa.examples.patterns.byhand.RaceByHand;
import io.github.esclusa.examples.patterns.byhand.SemaphoreByHand;
import io.github.esclusa.examples.patterns.byhand.ThreadByHand;
import io.github.esclusa.examples.patterns.byhand.TimerByHand;
import java.util.List;
import java.util.Optional;

/** The patterns in the order in which they are learned. */
final class Course {

    /**
     * One pattern.
     *
     * @param name what it is called on the command line
     * @param title what it is about, in one line
     * @param byHand the program on {@code java.util.concurrent}
     * @param esclusa the program on Esclusa
     */
    record Lesson(String name, String title, Program byHand, Program esclusa) {}

    static final List<Lesson> LESSONS = List.of(
            new Lesson("thread", "a daemon that is cut off, a join that waits", ThreadByHand::run, ThreadPattern::run),
            new Lesson("many-threads", "start many, wait for all", ManyThreadsByHand::run, ManyThreadsPattern::run),
            new Lesson("executor", "a task that fails without a sound", ExecutorByHand::run, ExecutorPattern::run),
            new Lesson("race", "two threads add to one number", RaceByHand::run, RacePattern::run),
            new Lesson("lock", "the same with a lock, and one place that forgot it", LockByHand::run, LockPattern::run),
            new Lesson(
                    "deadlock",
                    "a thread that waits for itself, two that wait for each other",
                    DeadlockByHand::run,
                    DeadlockPattern::run),
            new Lesson("hand-off", "one message at a time, from hand to hand", HandOffByHand::run, HandOffPattern::run),
            new Lesson(
                    "producer-consumer",
                    "a queue of ten, and an event that ends it",
                    ProducerConsumerByHand::run,
                    ProducerConsumerPattern::run),
            new Lesson("queue", "the same in five lines", QueueByHand::run, QueuePattern::run),
            new Lesson("semaphore", "more threads than connections", SemaphoreByHand::run, SemaphorePattern::run),
            new Lesson("timer", "please act within 30 seconds", TimerByHand::run, TimerPattern::run),
            new Lesson("barrier", "none works before all are ready", BarrierByHand::run, BarrierPattern::run));

    private Course() {}

    static Optional<Lesson> lesson(String name) {
        return LESSONS.stream().filter(lesson -> lesson.name().equals(name)).findFirst();
    }
}
