// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The module's arrows point downwards. */
@AnalyzeClasses(packages = "io.github.esclusa.pipeline", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.github.esclusa.pipeline";

    @ArchTest
    static final ArchRule arrowsPointDownwards = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("root")
            .definedBy(ROOT)
            .layer("engine")
            .definedBy(ROOT + ".engine")
            .layer("buffer")
            .definedBy(ROOT + ".buffer")
            .layer("words")
            .definedBy(ROOT + ".function", ROOT + ".policy", ROOT + ".report")
            .whereLayer("root")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("engine")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("buffer")
            .mayOnlyBeAccessedByLayers("engine");

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("io.github.esclusa.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theModuleStandsOnCoreAndNotOnTheOtherPatterns = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.github.esclusa.coordination.pool..")
                    .or(resideInAPackage("io.github.esclusa.coordination.startup..")));

    @ArchTest
    static final ArchRule nothingIsSynchronized = noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule theLibraryNeverPrints = noClasses()
            .should(accessField(System.class, "out").or(accessField(System.class, "err")))
            .orShould()
            .callMethod(Throwable.class, "printStackTrace");

    @ArchTest
    static final ArchRule nobodySleeps = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "onSpinWait")
            .orShould()
            .callMethod(Thread.class, "yield");

    @ArchTest
    static final ArchRule noThreadLocals =
            noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class);
}
