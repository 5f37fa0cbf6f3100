// SPDX-License-Identifier: Apache-2.0

/** How the collector is watched: its metrics, its health, and a page that shows both. */
@NullMarked
package io.github.esclusa.examples.collector.web;

import org.jspecify.annotations.NullMarked;
