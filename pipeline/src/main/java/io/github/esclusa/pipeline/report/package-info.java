// SPDX-License-Identifier: Apache-2.0

/** What a pipeline answers: whether a message was admitted, how it was settled, and the balance at the end. */
@NullMarked
package io.github.esclusa.pipeline.report;

import org.jspecify.annotations.NullMarked;
