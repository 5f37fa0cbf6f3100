// SPDX-License-Identifier: Apache-2.0

/** Tests of the startup gate. */
@NullMarked
package io.github.esclusa.coordination.startup;

import org.jspecify.annotations.NullMarked;
