// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The root puts the parts together; of these, only the listeners (frames) and the options (the store) know another. */
@AnalyzeClasses(packages = "io.github.esclusa.examples", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.github.esclusa.examples.collector";

    @ArchTest
    static final ArchRule partsDoNotKnowOneAnother = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("root")
            .definedBy(ROOT)
            .layer("cli")
            .definedBy(ROOT + ".cli..")
            .layer("net")
            .definedBy(ROOT + ".net..")
            .layer("store")
            .definedBy(ROOT + ".store..")
            .layer("syslog")
            .definedBy(ROOT + ".syslog..")
            .layer("web")
            .definedBy(ROOT + ".web..")
            .whereLayer("root")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("cli")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("net")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("store")
            .mayOnlyBeAccessedByLayers("root", "cli")
            .whereLayer("syslog")
            .mayOnlyBeAccessedByLayers("root", "net")
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("root");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.github.esclusa.examples.(**)").should().beFreeOfCycles();
}
