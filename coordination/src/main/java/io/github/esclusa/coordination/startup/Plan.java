// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.common.graph.ElementOrder;
import com.google.common.graph.GraphBuilder;
import com.google.common.graph.Graphs;
import com.google.common.graph.ImmutableGraph;
import com.google.common.graph.MutableGraph;
import com.google.common.graph.Traverser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which component starts after which: a graph without cycles, whose edges lead from what is needed to what needs it. */
final class Plan {

    private final ImmutableGraph<Slot<?>> graph;
    private final List<Slot<?>> slots;

    private Plan(ImmutableGraph<Slot<?>> graph) {
        this.graph = graph;
        this.slots = List.copyOf(graph.nodes());
    }

    static Plan of(String gate, Collection<Component<?>> components) {
        MutableGraph<Slot<?>> graph = GraphBuilder.directed()
                .nodeOrder(ElementOrder.<Slot<?>>insertion())
                .build();
        components.forEach(component -> graph.addNode(component.slot()));
        for (Component<?> component : components) {
            component.dependencies().forEach(needed -> graph.putEdge(needed.slot(), component.slot()));
        }
        if (Graphs.hasCycle(graph)) {
            throw new IllegalArgumentException("the components of gate '" + gate + "' wait for each other in a circle: "
                    + cycleIn(graph) + "; take one of these after() away");
        }
        return new Plan(ImmutableGraph.copyOf(graph));
    }

    /** All components, in the order of declaration. */
    List<Slot<?>> slots() {
        return slots;
    }

    /** All components, each behind all that need it. */
    Iterable<Slot<?>> inOrderOfClosing() {
        return Traverser.forGraph(graph).depthFirstPostOrder(slots);
    }

    /** What a component needs. */
    Set<Slot<?>> dependencies(Slot<?> slot) {
        return graph.predecessors(slot);
    }

    /** What needs a component. */
    Set<Slot<?>> dependents(Slot<?> slot) {
        return graph.successors(slot);
    }

    /**
     * Takes away whatever needs nothing that is left, until all that is left needs something that is left too: walking
     * from need to need must then come round.
     */
    private static String cycleIn(MutableGraph<Slot<?>> graph) {
        while (true) {
            List<Slot<?>> free = new ArrayList<>();
            for (Slot<?> slot : graph.nodes()) {
                if (graph.inDegree(slot) == 0) {
                    free.add(slot);
                }
            }
            if (free.isEmpty()) {
                break;
            }
            free.forEach(graph::removeNode);
        }
        List<Slot<?>> walked = new ArrayList<>();
        Set<Slot<?>> seen = new LinkedHashSet<>();
        Slot<?> next = graph.nodes().iterator().next();
        while (seen.add(next)) {
            walked.add(next);
            next = graph.predecessors(next).iterator().next();
        }
        StringBuilder cycle = new StringBuilder();
        for (Slot<?> slot : walked.subList(walked.indexOf(next), walked.size())) {
            cycle.append(slot.name).append(" after ");
        }
        return cycle.append(next.name).toString();
    }
}
