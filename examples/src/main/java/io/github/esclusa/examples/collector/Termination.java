// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT, taken from the JVM, which would end with 143 or 130 however well the work was done, and could not
 * tell a second signal from a first. {@code sun.misc.Signal} is the only way there is; it is part of every JDK, but
 * outside its specification, so it is looked up at run time, and without it the JVM's own handling stays.
 */
final class Termination {

    private static final Logger log = LoggerFactory.getLogger(Termination.class);

    private Termination() {}

    static void onFirstAndSecond(Runnable first, Runnable second) {
        AtomicInteger received = new AtomicInteger();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler received1 = (proxy, method, args) -> {
                if (method.getName().equals("handle")) {
                    (received.incrementAndGet() == 1 ? first : second).run();
                    return null;
                }
                return method.getName().equals("equals")
                        ? (Object) (proxy == args[0])
                        : method.getName().hashCode();
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, received1);
            for (String name : new String[] {"TERM", "INT"}) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            log.warn("signals cannot be handled on this JVM: it will end without draining", e);
        }
    }
}
