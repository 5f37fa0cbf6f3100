// SPDX-License-Identifier: Apache-2.0

/** Tests of the store, on real databases. */
@NullMarked
package io.github.esclusa.examples.collector.store;

import org.jspecify.annotations.NullMarked;
