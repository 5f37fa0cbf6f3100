// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.Pipeline;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users see of a module names nothing that they cannot see, in this module or another. */
class ExportedSignaturesTest {

    @ParameterizedTest
    @ValueSource(classes = {Clock.class, ResourcePool.class, Pipeline.class})
    void nameOnlyExportedTypes(Class<?> oneOfTheModule) {
        Set<String> exported = exported(oneOfTheModule);
        assertThat(exported).contains(oneOfTheModule.getPackageName());
        Set<String> anywhere = Stream.of(Clock.class, ResourcePool.class, Pipeline.class)
                .flatMap(type -> exported(type).stream())
                .collect(Collectors.toSet());

        classes()
                .that(DescribedPredicate.describe(
                        "are exported and public", type -> exported.contains(type.getPackageName()) && isPublic(type)))
                .should(nameOnly(anywhere))
                .check(new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests()))
                        .importPackages("io.github.esclusa"));
    }

    private static Set<String> exported(Class<?> oneOfTheModule) {
        Path place;
        try {
            place = Path.of(oneOfTheModule
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
        return ModuleFinder.of(place).findAll().stream()
                .flatMap(module -> module.descriptor().exports().stream())
                .map(Exports::source)
                .collect(Collectors.toSet());
    }

    private static ArchCondition<JavaClass> nameOnly(Set<String> exported) {
        return new ArchCondition<>("name only exported types in their public signatures") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMembers().stream()
                        .filter(ExportedSignaturesTest::isVisible)
                        .forEach(member -> named(member)
                                .filter(named -> named.getPackageName().startsWith("io.github.esclusa"))
                                .filter(named -> !exported.contains(named.getPackageName()) || !isPublic(named))
                                .forEach(hidden -> events.add(SimpleConditionEvent.violated(
                                        member, member.getFullName() + " names " + hidden.getName()))));
            }
        };
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC);
    }

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
}
