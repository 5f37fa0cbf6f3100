// SPDX-License-Identifier: Apache-2.0

/** What a pipeline does when it is full and when user code fails. */
@NullMarked
package io.github.esclusa.pipeline.policy;

import org.jspecify.annotations.NullMarked;
