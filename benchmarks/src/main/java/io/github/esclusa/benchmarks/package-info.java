// SPDX-License-Identifier: Apache-2.0

/** JMH benchmarks beside the named peers: the same work, in the same run. */
@NullMarked
package io.github.esclusa.benchmarks;

import org.jspecify.annotations.NullMarked;
