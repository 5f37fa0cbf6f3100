// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

/** In which order a peer serves those that wait. Esclusa serves who came first. */
enum Order {
    BARGING,
    FIRST_COME
}
