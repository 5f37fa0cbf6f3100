// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, as the jar's manifest has it. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"Esclusa collector " + (version == null ? "(not run from its jar)" : version)};
    }
}
