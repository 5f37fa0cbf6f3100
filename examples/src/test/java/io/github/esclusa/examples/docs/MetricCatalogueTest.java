// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.pool.PoolMetrics;
import io.github.esclusa.coordination.startup.BarrierMetrics;
import io.github.esclusa.coordination.startup.GateMetrics;
import io.github.esclusa.coordination.timer.TimerMetrics;
import io.github.esclusa.core.lock.LockMetrics;
import io.github.esclusa.core.thread.TaskMetrics;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalogue in docs/metrics.md lists, for each class of names, exactly the names that are in it. */
class MetricCatalogueTest {

    private static final Pattern ROW = Pattern.compile("^\\| `(esclusa\\.[a-z.]+)` \\|", Pattern.MULTILINE);

    @ParameterizedTest
    @ValueSource(
            classes = {
                PipelineMetrics.class,
                PoolMetrics.class,
                TimerMetrics.class,
                GateMetrics.class,
                BarrierMetrics.class,
                LockMetrics.class,
                TaskMetrics.class
            })
    void listsWhatTheClassNames(Class<?> names) throws IOException, IllegalAccessException {
        assertThat(listed(names.getSimpleName())).containsExactlyInAnyOrderElementsOf(constants(names));
    }

    private static List<String> listed(String className) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "metrics.md"));
        String section = page.substring(page.indexOf(": `" + className + "`"));
        int end = section.indexOf("\n## ");
        return ROW.matcher(end < 0 ? section : section.substring(0, end))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    private static List<String> constants(Class<?> names) throws IllegalAccessException {
        List<String> meters = new ArrayList<>();
        for (Field field : names.getFields()) {
            if (field.get(null) instanceof String name
                    && name.startsWith("esclusa.")
                    && !field.getName().equals("PREFIX")) {
                meters.add(name);
            }
        }
        return meters;
    }
}
