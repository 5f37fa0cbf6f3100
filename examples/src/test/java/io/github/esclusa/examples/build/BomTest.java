// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Whoever imports the BOM takes over the versions of our libraries and nothing else; no parent keeps it in step. */
class BomTest {

    private static final XPath XPATH = XPathFactory.newInstance().newXPath();

    private final Document bom = pom("bom");
    private final Document parent = pom(".");

    /** Without a parent and without imports, what it manages is what is written in it. */
    @Test
    void managesOurLibrariesAndNothingElse() {
        assertThat(texts(bom, "/project/parent")).isEmpty();
        assertThat(texts(bom, "//dependencyManagement//*[self::scope or self::type or self::classifier]"))
                .isEmpty();
        assertThat(texts(bom, "//dependencyManagement/dependencies/dependency/groupId"))
                .containsOnly("io.github.esclusa");
        assertThat(texts(bom, "//dependencyManagement/dependencies/dependency/version"))
                .containsOnly("${project.version}");
        assertThat(texts(bom, "//dependencyManagement/dependencies/dependency/artifactId"))
                .containsExactlyInAnyOrderElementsOf(libraries());
    }

    @Test
    void hasTheVersionAndThePluginsOfTheParent() {
        assertThat(texts(bom, "/project/version")).isEqualTo(texts(parent, "/project/version"));
        assertThat(plugins(parent)).containsAllEntriesOf(plugins(bom));
        for (String shared : List.of("groupId", "url", "licenses", "developers", "scm")) {
            assertThat(texts(bom, "/project/" + shared)).as(shared).isEqualTo(texts(parent, "/project/" + shared));
        }
    }

    /** The modules that are Java modules. */
    private List<String> libraries() {
        return texts(parent, "/project/modules/module").stream()
                .filter(module -> Files.exists(Path.of("..", module, "src/main/java/module-info.java")))
                .flatMap(module -> texts(pom(module), "/project/artifactId").stream())
                .toList();
    }

    private static Map<String, String> plugins(Document pom) {
        List<String> names = texts(pom, "//pluginManagement/plugins/plugin/artifactId");
        List<String> versions = texts(pom, "//pluginManagement/plugins/plugin/version");
        return IntStream.range(0, names.size()).boxed().collect(Collectors.toMap(names::get, versions::get));
    }

    private static Document pom(String module) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(Path.of("..", module, "pom.xml").toFile());
        } catch (Exception e) {
            throw new AssertionError(module, e);
        }
    }

    private static List<String> texts(Document pom, String path) {
        try {
            NodeList found = (NodeList) XPATH.evaluate(path, pom, XPathConstants.NODESET);
            return IntStream.range(0, found.getLength())
                    .mapToObj(i -> found.item(i).getTextContent().strip())
                    .toList();
        } catch (Exception e) {
            throw new AssertionError(path, e);
        }
    }
}
