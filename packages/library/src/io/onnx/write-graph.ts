/**
 * @file From a program to a graph: every operation becomes the nodes that its table names, a loop
 * becomes a Scan, and what nothing depends on is left out.
 */

import { GraphWriter, type AxisPlace, type Operand } from "./graph-writer.ts";
import { LAYERS } from "./layers.ts";
import type { Graph, GraphNode, GraphSize, GraphTensor, GraphValue } from "./model-proto.ts";
import { float, OPERATIONS, type Call, type Writer } from "./operations.ts";
import type { Operation, Program, ProgramBody } from "./program.ts";
import { isFixed, sameSizes, type Sizes } from "./sizes.ts";
import type { Storage } from "../../core/storage.ts";

export interface GraphOptions {
  readonly name: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** For each dynamic axis of the program, its name, and where an input has it. */
  readonly axisNames: readonly string[];
  readonly places: readonly AxisPlace[];
  readonly keys: ReadonlyMap<Storage, string>;
}

export function writeGraph(program: Program, options: GraphOptions): Graph {
  const { name, inputNames, outputNames, axisNames, places, keys } = options;
  const graph = new GraphWriter({ program, places, keys });
  const described = (shape: readonly Sizes[]): GraphSize[] =>
    shape.map((sizes) => {
      if (isFixed(sizes)) return sizes[0];
      return axisNames[program.axes.findIndex((axis) => sameSizes(axis, sizes))] ?? null;
    });

  // Taken first, so that no node gets them.
  for (const wanted of [...inputNames, ...outputNames]) graph.unique(wanted);
  const inputs = program.inputs.map((id, i): GraphValue => {
    const { shape, isFloat } = program.values[id];
    const type = isFloat ? "float" : "int64";
    graph.define(id, inputNames[i], type);
    return { name: inputNames[i], type, shape: described(shape) };
  });
  writeOperations(graph, program.operations);

  const outputs = program.outputs.map((source, i): GraphValue => {
    graph.begin({ name: `output ${outputNames[i]}`, path: "" });
    const value = graph.operand(source);
    const { name: from, type, shape } = value.type === "bool" ? graph.cast(value, "int64") : value;
    // A value may be an input, a constant, or given back twice: the output has a name of its own.
    graph.nodes.push({
      name: graph.unique(`/${outputNames[i]}`),
      type: "Identity",
      inputs: [from],
      outputs: [outputNames[i]],
      attributes: {},
    });
    return { name: outputNames[i], type, shape: described(shape) };
  });
  const { nodes, initializers } = needed(graph.nodes, graph.initializers, outputNames);
  return { name, nodes, initializers, inputs, outputs };
}

function writeOperations(graph: GraphWriter, operations: readonly Operation[]): void {
  for (const operation of operations) {
    graph.begin(operation);
    const writer: Writer | undefined =
      operation.name === "loop" ? loop : (OPERATIONS[operation.name] ?? LAYERS[operation.name]);
    if (operation.name.endsWith("_")) {
      graph.refuse("it changes a tensor in place, which a graph cannot. Make a new one instead.");
    }
    if (!writer) graph.refuse("there is no operator of ONNX for it here.");
    const written = writer(callOf(graph, operation));
    for (const [i, { name, type }] of written.entries()) {
      graph.define(operation.outputs[i], name, type);
    }
  }
}

function callOf(graph: GraphWriter, operation: Operation): Call {
  const { attributes } = operation;
  return {
    graph,
    operation,
    inputs: operation.inputs.map((source) => graph.operand(source)),
    shapes: operation.outputs.map((id) => graph.program.values[id].shape),
    fixed: <T>(name: string) => {
      const [first] = attributes;
      const written = JSON.stringify(first[name]);
      if (attributes.some((other) => JSON.stringify(other[name]) !== written)) {
        graph.refuse(`its ${name} depends on the sizes of the input, which a graph cannot follow.`);
      }
      return first[name] as T;
    },
    sizes: (name) => attributes.map((one) => one[name] as number),
  };
}

/**
 * A Scan in each direction. With lengths, a sequence that has ended, or not begun, keeps its state
 * and gives zeros.
 *
 * Source: "ONNX Operators", page Scan, onnx.ai
 */
const loop: Writer = ({ graph, operation, inputs, shapes, fixed }) => {
  const timeAxis = fixed<boolean>("batchFirst") ? 1 : 0;
  const given = fixed<boolean[]>("given");
  const sizes = fixed<number[]>("sizes");
  const [x, ...rest] = inputs;
  const states = given.map((isGiven) => (isGiven ? rest.shift()! : null));
  const batch = x.shape[1 - timeAxis];
  const mask = fixed<boolean>("lengths")
    ? maskOf(graph, rest[0], x.shape[timeAxis], timeAxis)
    : null;

  const perDirection = operation.bodies.map((body, direction) => {
    const initial = states.map((state, i) =>
      state
        ? graph.node("Gather", [state.name, graph.ints([direction], [])], { axis: 0 })
        : graph.nodeOnce("Expand", [
            graph.floats([0], []),
            graph.shape([batch, batch.map(() => sizes[i])]),
          ]),
    );
    const scanned = mask === null ? [x.name] : [x.name, mask];
    return graph.manyNode("Scan", [...initial, ...scanned], initial.length + 1, {
      body: bodyGraph(graph, body, mask !== null, batch),
      num_scan_inputs: scanned.length,
      scan_input_axes: scanned.map(() => timeAxis),
      scan_input_directions: scanned.map(() => direction),
      scan_output_axes: [timeAxis],
      scan_output_directions: [direction],
    });
  });
  const outputs = perDirection.map((results) => results[states.length]);
  const output = outputs.length === 1 ? outputs[0] : graph.node("Concat", outputs, { axis: 2 });
  const after = states.map((_, i) => {
    const parts = perDirection.map((results) =>
      graph.node("Unsqueeze", [results[i], graph.ints([0])]),
    );
    return parts.length === 1 ? parts[0] : graph.node("Concat", parts, { axis: 0 });
  });
  return [output, ...after].slice(0, shapes.length).flatMap(float);
};

/** bool [seq, batch, 1] or [batch, seq, 1]: whether a step is before the end of its sequence. */
function maskOf(graph: GraphWriter, lengths: Operand, seq: Sizes, timeAxis: number): string {
  const steps = graph.positions(graph.size(seq));
  const along = (name: string, axes: number[]) => graph.node("Unsqueeze", [name, graph.ints(axes)]);
  return graph.node("Less", [
    along(steps, [1 - timeAxis, 2]),
    along(graph.int64(lengths), [timeAxis, 2]),
  ]);
}

function bodyGraph(outer: GraphWriter, body: ProgramBody, isMasked: boolean, batch: Sizes): Graph {
  const graph = outer.inner();
  const { values } = graph.program;
  const size = isFixed(batch) ? batch[0] : null;
  const describe = (name: string, id: number): GraphValue => ({
    name,
    type: "float",
    shape: values[id].shape.map((sizes, axis) =>
      axis === 0 ? size : isFixed(sizes) ? sizes[0] : null,
    ),
  });
  const [x, ...states] = body.inputs;
  const before = states.map((id) => describe(graph.unique("state_in"), id));
  const step = describe(graph.unique("step_in"), x);
  for (const [i, id] of states.entries()) graph.define(id, before[i].name, "float");
  graph.define(x, step.name, "float");
  const running: GraphValue = { name: graph.unique("running"), type: "bool", shape: [size, 1] };

  writeOperations(graph, body.operations);
  const after = body.outputs.map((source, i) => {
    const next = graph.float(graph.operand(source));
    return isMasked ? graph.node("Where", [running.name, next, before[i].name]) : next;
  });
  const shown = isMasked
    ? graph.node("Where", [running.name, after[0], graph.floats([0], [])])
    : after[0];
  const outputs = [...after, shown].map((name, i) => ({
    ...describe(
      graph.unique(i < after.length ? "state_out" : "step_out"),
      states[i % after.length],
    ),
    from: name,
  }));
  for (const { name, from } of outputs) {
    graph.nodes.push({
      name: graph.unique("identity"),
      type: "Identity",
      inputs: [from],
      outputs: [name],
      attributes: {},
    });
  }
  return {
    name: graph.unique("step"),
    nodes: needed(
      graph.nodes,
      [],
      outputs.map(({ name }) => name),
    ).nodes,
    initializers: [],
    inputs: [...before, step, ...(isMasked ? [running] : [])],
    outputs: outputs.map(({ name, type, shape }) => ({ name, type, shape })),
  };
}

/** What the outputs depend on. */
function needed(
  nodes: readonly GraphNode[],
  initializers: readonly GraphTensor[],
  outputs: readonly string[],
): { nodes: GraphNode[]; initializers: GraphTensor[] } {
  const wanted = new Set(outputs);
  const kept: GraphNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    kept.push(node);
    for (const name of namesIn(node)) wanted.add(name);
  }
  return {
    nodes: kept.reverse(),
    initializers: initializers.filter(({ name }) => wanted.has(name)),
  };
}

/** What a node reads, and what the graphs inside it do. */
function namesIn({ inputs, attributes }: GraphNode): string[] {
  const inside = Object.values(attributes).flatMap((value) =>
    typeof value === "object" && "nodes" in value ? value.nodes.flatMap(namesIn) : [],
  );
  return [...inputs, ...inside];
}
