// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.report.Admission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages show what the build compiles, and it does what they say. */
@Timeout(60)
class SnippetsTest {

    private static final Pattern SHOWN =
            Pattern.compile("<!-- snippet: (\\w+) -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMPILED = Pattern.compile("// snippet\\n(.*?)// end", Pattern.DOTALL);

    @Test
    void theReadmeShowsWhatIsCompiled() throws IOException {
        Path sources = Path.of("src/test/java/io/github/esclusa/examples/docs");
        Matcher shown = SHOWN.matcher(Files.readString(Path.of("../README.md")));
        int count = 0;
        while (shown.find()) {
            String source = Files.readString(sources.resolve(shown.group(1) + ".java"));
            Matcher compiled = COMPILED.matcher(source);
            assertThat(compiled.find()).as("markers in %s", shown.group(1)).isTrue();
            assertThat(lines(shown.group(2))).as(shown.group(1)).isEqualTo(lines(compiled.group(1)));
            count++;
        }
        assertThat(count).isEqualTo(2);
    }

    @Test
    void thePipelineDeliversAndBalances() throws InterruptedException {
        PipelineSnippet.Shown shown = PipelineSnippet.run();
        assertThat(shown.admission()).isEqualTo(Admission.ACCEPTED);
        assertThat(shown.stored()).isEqualTo(1);
        assertThat(shown.report().balanced()).isTrue();
    }

    @Test
    void thePoolBalances() throws InterruptedException, SQLException {
        assertThat(PoolSnippet.run("jdbc:sqlite::memory:").balanced()).isTrue();
    }

    /** Without the indentation of the method it stands in. */
    private static List<String> lines(String code) {
        return code.stripIndent().strip().lines().map(String::stripTrailing).toList();
    }
}
