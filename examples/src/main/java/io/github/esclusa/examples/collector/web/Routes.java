// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests. Whatever the registry or the health's supplier throws becomes an answer with status 500. */
final class Routes implements HttpHandler {

    private static final Logger log = LoggerFactory.getLogger(Routes.class);

    private final Page page;
    private final PrometheusMeterRegistry registry;
    private final Supplier<Health> health;

    Routes(Page page, PrometheusMeterRegistry registry, Supplier<Health> health) {
        this.page = page;
        this.registry = registry;
        this.health = health;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            reply(exchange).send(exchange);
        }
    }

    private Reply reply(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        try {
            return switch (path == null ? "" : path) {
                case "/" -> read(exchange) ? page(exchange) : methodNotAllowed(exchange);
                case "/metrics" -> read(exchange) ? metrics(exchange) : methodNotAllowed(exchange);
                case "/health" -> read(exchange) ? health() : methodNotAllowed(exchange);
                default -> Reply.text(404, "not found: there are /, /metrics and /health");
            };
        } catch (Throwable e) { // User code: a gauge's function, the health's supplier. Its client is owed an answer.
            log.warn("could not answer {} {}: {}", exchange.getRequestMethod(), path, e.toString());
            log.debug("where that came from", e);
            return Reply.text(500, "could not answer: " + e);
        }
    }

    private Reply page(HttpExchange exchange) {
        exchange.getResponseHeaders().set("Content-Security-Policy", page.policy());
        return new Reply(200, Reply.HTML, page.html());
    }

    private Reply metrics(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        TextFormat format = TextFormat.of(String.join(",", headers.getOrDefault("Accept", List.of())));
        ByteArrayOutputStream text = new ByteArrayOutputStream(1 << 16);
        registry.scrape(text, format.contentType());
        exchange.getResponseHeaders().set("Vary", "Accept");
        return new Reply(200, format.contentType(), text.toByteArray());
    }

    private Reply health() {
        Health now = health.get();
        return new Reply(now.ok() ? 200 : 503, Reply.JSON, HealthJson.of(now).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean read(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        return method.equals("GET") || method.equals("HEAD");
    }

    private static Reply methodNotAllowed(HttpExchange exchange) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        return Reply.text(405, "only GET and HEAD are answered here");
    }
}
