// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The module's arrows point downwards, and what users see names nothing that they cannot. */
@AnalyzeClasses(packages = "io.github.esclusa.pipeline", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.github.esclusa.pipeline";

    /** As in module-info.java. */
    private static final Set<String> EXPORTED = Set.of(ROOT, ROOT + ".function", ROOT + ".policy", ROOT + ".report");

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

    @ArchTest
    static final ArchRule whatUsersSeeNamesOnlyWhatTheyCanSee = classes()
            .that(new DescribedPredicate<JavaClass>("are exported and public") {
                @Override
                public boolean test(JavaClass type) {
                    return EXPORTED.contains(type.getPackageName())
                            && type.getModifiers().contains(JavaModifier.PUBLIC);
                }
            })
            .should(new ArchCondition<JavaClass>("name only exported types in their public signatures") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    type.getMembers().stream()
                            .filter(ArchitectureTest::isVisible)
                            .forEach(member -> named(member)
                                    .filter(ArchitectureTest::isHidden)
                                    .forEach(hidden -> events.add(SimpleConditionEvent.violated(
                                            member, member.getFullName() + " names " + hidden.getName()))));
                }
            });

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaClass> named(JavaMember member) {
        if (member instanceof JavaField field) {
            return field.getType().getAllInvolvedRawTypes().stream();
        }
        if (member instanceof JavaCodeUnit unit) {
            return Stream.of(
                            Stream.of(unit.getReturnType()),
                            unit.getParameterTypes().stream(),
                            List.<JavaType>copyOf(unit.getExceptionTypes()).stream())
                    .flatMap(types -> types)
                    .flatMap(type -> type.getAllInvolvedRawTypes().stream());
        }
        return Stream.empty();
    }

    private static boolean isHidden(JavaClass type) {
        boolean ours = type.getPackageName().startsWith(ROOT);
        Set<JavaModifier> modifiers = type.getModifiers().stream().collect(Collectors.toSet());
        return ours && (!EXPORTED.contains(type.getPackageName()) || !modifiers.contains(JavaModifier.PUBLIC));
    }
}
