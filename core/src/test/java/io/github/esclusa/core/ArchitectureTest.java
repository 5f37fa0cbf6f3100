// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core;

import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages of this module, and what none of them may use. */
@AnalyzeClasses(packages = "io.github.esclusa.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String CORE = "io.github.esclusa.core.";

    @ArchTest
    static final ArchRule WAITING_STANDS_ON_NOTHING = noClasses()
            .that()
            .resideInAPackage(CORE + "waiting..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    CORE + "time..", CORE + "metrics..", CORE + "signal..", CORE + "thread..", CORE + "lock..");

    @ArchTest
    static final ArchRule TIME_STANDS_ON_WAITING_ONLY = noClasses()
            .that()
            .resideInAPackage(CORE + "time..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE + "metrics..", CORE + "signal..", CORE + "thread..", CORE + "lock..");

    @ArchTest
    static final ArchRule METRICS_STAND_ON_WAITING_ONLY = noClasses()
            .that()
            .resideInAPackage(CORE + "metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE + "time..", CORE + "signal..", CORE + "thread..", CORE + "lock..");

    @ArchTest
    static final ArchRule SIGNALS_KNOW_TIME_AND_WAITING_ONLY = noClasses()
            .that()
            .resideInAPackage(CORE + "signal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE + "metrics..", CORE + "thread..", CORE + "lock..");

    @ArchTest
    static final ArchRule THREADS_KNOW_TIME_AND_METRICS_ONLY = noClasses()
            .that()
            .resideInAPackage(CORE + "thread..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE + "signal..", CORE + "lock..");

    @ArchTest
    static final ArchRule LOCKS_KNOW_TIME_AND_METRICS_ONLY = noClasses()
            .that()
            .resideInAPackage(CORE + "lock..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE + "signal..", CORE + "thread..");

    @ArchTest
    static final ArchRule CORE_KNOWS_NO_MODULE_ABOVE_IT = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.esclusa.coordination..", "io.github.esclusa.pipeline..");

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching(CORE + "(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_SYNCHRONIZED_METHODS = noMethods().should().haveModifier(SYNCHRONIZED);

    @ArchTest
    static final ArchRule NOTHING_IS_PRINTED = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule ONE_LOGGING_API = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule NO_TIMER_AND_NO_THREAD_LOCAL = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Timer")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ThreadLocal.class);
}
