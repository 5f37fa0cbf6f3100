// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;

/** How addresses are written, in frames' sources, in the greeting, and in the message of a bind that failed. */
public final class Endpoint {

    private Endpoint() {}

    /**
     * {@code 127.0.0.1:4711}, {@code [::1]:4711}.
     *
     * @param address the address
     * @return it as text, without a name
     */
    public static String text(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return String.valueOf(address);
        }
        InetAddress ip = inet.getAddress();
        String host = ip == null ? inet.getHostString() : ip.getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
    }

    static BindException bindFailed(String protocol, String name, InetSocketAddress address, Throwable cause) {
        String reason = address.isUnresolved()
                ? "the host name cannot be resolved"
                : cause instanceof IOException && cause.getMessage() != null ? cause.getMessage() : cause.toString();
        BindException failure = new BindException("cannot bind " + protocol + " listener '" + name + "' to "
                + text(address) + ": " + reason
                + "; is the port in use, or the address not this machine's? Choose others with --"
                + protocol.toLowerCase(Locale.ROOT) + " and --bind");
        failure.initCause(cause);
        return failure;
    }
}
