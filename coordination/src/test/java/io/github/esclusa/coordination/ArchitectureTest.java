// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of this module: everything stands on core, and the three parts do not know one another. */
@AnalyzeClasses(packages = "io.github.esclusa", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule poolTimerAndStartupDoNotKnowOneAnother =
            slices().matching("io.github.esclusa.coordination.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.github.esclusa.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coordinationKnowsNothingAboveIt = noClasses()
            .that()
            .resideInAPackage("io.github.esclusa.coordination..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.esclusa.pipeline..", "io.github.esclusa.examples..");

    @ArchTest
    static final ArchRule coreDoesNotKnowCoordination = noClasses()
            .that()
            .resideInAPackage("io.github.esclusa.core..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.esclusa.coordination..");

    @ArchTest
    static final ArchRule nothingPrintsOrSleeps = noClasses()
            .that()
            .resideInAPackage("io.github.esclusa.coordination..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule nothingIsSynchronized = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.github.esclusa.coordination..")
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule noThreadLocals = noClasses()
            .that()
            .resideInAPackage("io.github.esclusa.coordination..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ThreadLocal.class);
}
