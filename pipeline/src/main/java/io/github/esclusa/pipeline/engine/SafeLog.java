// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs, and never throws: neither a broken logger nor a user's exception that throws when it is asked for its message may
 * cost a message or a worker. What cannot be logged is left out, since there is nowhere else to tell it. No method takes
 * a variable number of arguments, for which the caller would need memory.
 */
final class SafeLog {

    private final Logger logger;

    private SafeLog(Logger logger) {
        this.logger = logger;
    }

    static SafeLog of(Class<?> source) {
        return new SafeLog(LoggerFactory.getLogger(source));
    }

    void error(String format, Object what, Throwable cause) {
        try {
            logger.error(format, what, cause);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    boolean isDebugEnabled() {
        try {
            return logger.isDebugEnabled();
        } catch (Throwable ignored) {
            return false;
        }
    }

    boolean isInfoEnabled() {
        try {
            return logger.isInfoEnabled();
        } catch (Throwable ignored) {
            return false;
        }
    }

    void debug(String format, Object what, long number) {
        try {
            logger.debug(format, what, number);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    void debug(String format, Object what, long number, long count) {
        try {
            logger.debug(format, what, number, count);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    void info(String format, Object what, long number, long another, long third) {
        try {
            logger.info(format, what, number, another, third);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    void warn(String format, Object what, long count) {
        try {
            logger.warn(format, what, count);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    void warn(String format, Object what, long number, Object which) {
        try {
            logger.warn(format, what, number, which);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    void warn(String format, Object what, Throwable cause) {
        try {
            logger.warn(format, what, cause);
        } catch (Throwable ignored) {
            // see the class
        }
    }

    void warn(String format, Object what, long count, Throwable cause) {
        try {
            logger.warn(format, what, count, cause);
        } catch (Throwable ignored) {
            // see the class
        }
    }
}
