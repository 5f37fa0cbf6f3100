// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.report.Admission;

/** Looks at the answer to a submission, in tests that are about something else. */
public final class Answers {

    private Answers() {}

    public static void accepted(Admission answer) {
        assertThat(answer).isEqualTo(Admission.ACCEPTED);
    }
}
