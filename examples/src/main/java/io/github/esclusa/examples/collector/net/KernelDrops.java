// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How many datagrams the kernel has dropped at one socket because its buffer was full: the last column of Linux's
 * {@code /proc/net/udp} and {@code /proc/net/udp6}. A socket is found by its local address and port, which the kernel
 * writes as 32-bit words in the machine's byte order; Java's IPv4 sockets may stand in either table.
 */
final class KernelDrops {

    private static final int LOCAL_ADDRESS = 1;

    private final List<Path> tables;
    private final List<String> addresses;

    /** Raised by whoever reads the counter, in whatever order; it stays when the socket is gone. */
    private final AtomicLong most = new AtomicLong();

    KernelDrops(InetSocketAddress local) {
        this(Path.of("/proc/net"), local, ByteOrder.nativeOrder());
    }

    KernelDrops(Path directory, InetSocketAddress local, ByteOrder order) {
        this.tables = List.of(directory.resolve("udp"), directory.resolve("udp6"));
        this.addresses = addresses(local, order);
    }

    /** Whether the system tells. */
    boolean available() {
        return read().isPresent();
    }

    /** The drops so far. Never less than before, also when the system does not tell now or another socket takes the address. */
    long count() {
        return most.accumulateAndGet(read().orElse(0), Math::max);
    }

    private OptionalLong read() {
        OptionalLong sum = OptionalLong.empty();
        for (Path table : tables) {
            OptionalLong drops = read(table);
            if (drops.isPresent()) {
                sum = OptionalLong.of(sum.orElse(0) + drops.getAsLong());
            }
        }
        return sum;
    }

    /** Nothing where there is no such table, or not in this form: the system does not tell. */
    private OptionalLong read(Path table) {
        try (Stream<String> lines = Files.lines(table, US_ASCII)) {
            long[] drops = lines.map(line -> line.trim().split("\\s+", -1))
                    .filter(columns -> columns.length > LOCAL_ADDRESS && addresses.contains(columns[LOCAL_ADDRESS]))
                    .mapToLong(columns -> Long.parseLong(columns[columns.length - 1]))
                    .toArray();
            return drops.length == 0
                    ? OptionalLong.empty()
                    : OptionalLong.of(LongStream.of(drops).sum());
        } catch (IOException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }

    private static List<String> addresses(InetSocketAddress local, ByteOrder order) {
        String port = String.format(Locale.ROOT, ":%04X", local.getPort());
        InetAddress ip = local.getAddress();
        List<String> forms = new ArrayList<>();
        forms.add(words(ip.getAddress(), order) + port);
        if (ip.isAnyLocalAddress()) {
            forms.add("0".repeat(8) + port);
            forms.add("0".repeat(32) + port);
        } else if (ip instanceof Inet4Address) {
            byte[] mapped = new byte[16];
            mapped[10] = (byte) 0xff;
            mapped[11] = (byte) 0xff;
            System.arraycopy(ip.getAddress(), 0, mapped, 12, 4);
            forms.add(words(mapped, order) + port);
        }
        return List.copyOf(forms);
    }

    private static String words(byte[] address, ByteOrder order) {
        ByteBuffer bytes = ByteBuffer.wrap(address).order(order);
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", bytes.getInt()));
        }
        return text.toString();
    }
}
