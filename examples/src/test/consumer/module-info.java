// SPDX-License-Identifier: Apache-2.0

/** Somebody's own module: it requires what it uses, and nothing that this brings along. */
module org.example.consumer {
    requires io.github.esclusa.pipeline;
    requires io.github.esclusa.coordination;
}
