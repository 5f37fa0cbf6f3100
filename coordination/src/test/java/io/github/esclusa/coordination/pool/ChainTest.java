// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChainTest {

    private static final class Link {
        final Chain.Place<Link> place = new Chain.Place<>(this);
    }

    @Test
    void chainIsTheListItStandsFor() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Link> links = List.of(new Link(), new Link(), new Link(), new Link(), new Link());
            Chain<Link> chain = new Chain<>();
            Chain<Link> other = new Chain<>();
            List<Link> model = new ArrayList<>();
            for (int step = 0; step < 50; step++) {
                Link link = links.get(random.nextInt(links.size()));
                switch (random.nextInt(4)) {
                    case 0 -> {
                        if (!model.contains(link)) {
                            chain.addLast(link.place);
                            model.add(link);
                        }
                    }
                    case 1 -> assertThat(chain.remove(link.place)).isEqualTo(model.remove(link));
                    case 2 -> assertThat(chain.pollFirst()).isSameAs(model.isEmpty() ? null : model.remove(0));
                    default ->
                        assertThat(chain.pollLast()).isSameAs(model.isEmpty() ? null : model.remove(model.size() - 1));
                }
                assertThat(other.remove(link.place)).isFalse();
                assertThat(forwards(chain)).isEqualTo(model);
                assertThat(backwards(chain)).isEqualTo(model);
                assertThat(chain.size()).isEqualTo(model.size());
                assertThat(chain.isEmpty()).isEqualTo(model.isEmpty());
            }
        }
    }

    private static List<Link> forwards(Chain<Link> chain) {
        List<Link> links = new ArrayList<>();
        for (Link link = chain.first(); link != null; link = chain.after(link.place)) {
            links.add(link);
        }
        return links;
    }

    private static List<Link> backwards(Chain<Link> chain) {
        List<Link> links = new ArrayList<>();
        for (Link link = chain.last(); link != null; link = chain.before(link.place)) {
            links.add(0, link);
        }
        return links;
    }
}
