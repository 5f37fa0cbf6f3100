// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.github.esclusa.examples.collector.web;

import org.jspecify.annotations.NullMarked;
