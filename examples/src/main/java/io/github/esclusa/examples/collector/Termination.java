// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM, SIGINT and SIGHUP (a terminal that was closed), taken from the JVM, which would end with 143, 130 or 129
 * however well the work was done, and could not tell a second signal from a first. One that the process was started to
 * ignore, as {@code nohup} does with SIGHUP, stays ignored: the JVM sees to that. {@code sun.misc.Signal} is the only way
 * there is; it is part of every JDK, but outside its specification, so it is looked up at run time, and without it the
 * JVM's own handling stays.
 */
final class Termination {

    private Termination() {}

    static void onFirstAndSecond(Runnable first, Runnable second) {
        Consumer<String> signals = told(first, second);
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler received1 = (proxy, method, args) -> {
                if (method.getName().equals("handle")) {
                    signals.accept(args[0].toString());
                    return null;
                }
                return method.getName().equals("equals")
                        ? (Object) (proxy == args[0])
                        : method.getName().hashCode();
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, received1);
            for (String name : new String[] {"TERM", "INT", "HUP"}) { // the last is not known everywhere
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // No logger before: setting one up takes longer than all else here, and a signal meanwhile ends the JVM.
            LoggerFactory.getLogger(Termination.class)
                    .warn("not all signals can be handled on this JVM: another will end it without draining", e);
        }
    }

    /**
     * Takes the names of signals as they come, and runs the one or the other. A terminal that is closed sends a SIGHUP, and
     * so may the shell that ends with it: of that one a second hurries nothing.
     */
    static Consumer<String> told(Runnable first, Runnable second) {
        AtomicBoolean begun = new AtomicBoolean();
        return signal -> {
            if (begun.compareAndSet(false, true)) {
                first.run();
            } else if (!signal.equals("SIGHUP")) {
                second.run();
            }
        };
    }
}
