/** One node of a graph with what its inputs stand for, as operators read it. */
import type { NodeSummary, TensorSummary } from '@nearfield/onnx';
import { type Attributes, axisOf, broadcast, type HostTensor, listOf, numberOf } from './host.ts';
import { PROBES } from './probes.ts';
import { refuse } from './refusal.ts';
import type { Rows } from './rows.ts';
import {
  type HostValue,
  type RawValue,
  type RowsValue,
  type Size,
  sizesFor,
  sizesOf,
  symbolic,
  type Value,
} from './values.ts';
import type { Constants } from './weights.ts';

/** Makes what a node's outputs stand for; undefined where it means nothing by itself. */
export type Operator = (step: Step) => Value | readonly Value[] | undefined;

export interface StepContext {
  readonly constants: Constants;
  /** Steps that mean nothing by themselves, by what they compute: computed twice they are one. */
  readonly raws: Map<string, RawValue>;
  /** A number for each value. */
  readonly numbers: Map<Value, number>;
  /** Derived facts about values, computed once. */
  readonly findings: Map<string, unknown>;
  /** Whether the graph has an attention mask: without one all rows of a batch have one length. */
  readonly masksPadding: boolean;
}

export class Step {
  readonly node: NodeSummary;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly #context: StepContext;

  constructor(
    node: NodeSummary,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    context: StepContext,
  ) {
    this.node = node;
    this.inputs = inputs;
    this.attributes = attributes;
    this.#context = context;
  }

  get constants(): Constants {
    return this.#context.constants;
  }

  get masksPadding(): boolean {
    return this.#context.masksPadding;
  }

  /** The node in words. */
  get name(): string {
    const { name, opType, outputs } = this.node;
    return `${opType} '${name || outputs[0]}'`;
  }

  refuse(why: string): never {
    return refuse(`${this.name} ${why}`);
  }

  number(name: string, otherwise: number): number {
    return numberOf(this.attributes, name, otherwise);
  }

  /** Refuses attributes that this reading knows nothing of. */
  only(...known: readonly string[]): void {
    for (const name of this.attributes.keys()) {
      if (!known.includes(name)) this.refuse(`has the attribute ${name}`);
    }
  }

  /** A constant of the file, as it lies there. */
  tensor(input: number): TensorSummary | undefined {
    const value = this.inputs[input];
    return value?.kind === 'host' ? value.tensor : undefined;
  }

  /** A small constant's numbers. */
  numbers(value: Value | undefined): ArrayLike<number> | undefined {
    return value?.kind === 'host' && value.isConstant ? value.probes()[0]!.data : undefined;
  }

  /** Axes from an attribute or an input. */
  axes(input = 1): readonly number[] | undefined {
    const given = this.numbers(this.inputs[input]);
    return given ? Array.from(given) : listOf(this.attributes, 'axes');
  }

  /** The inputs of a node with two, the one of this kind first. */
  pair<Kind extends Value['kind']>(kind: Kind): [Extract<Value, { kind: Kind }>, Value] | undefined {
    const [left, right] = this.inputs;
    if (!left || !right) return undefined;
    if (left.kind === kind) return [left as Extract<Value, { kind: Kind }>, right];
    if (right.kind === kind) return [right as Extract<Value, { kind: Kind }>, left];
    return undefined;
  }

  /** A step to be completed by others. The same operator on the same inputs is the same step. */
  raw(operator: string, inputs: readonly Value[], dims?: readonly Size[]): RawValue {
    const { raws } = this.#context;
    const key = this.#key(operator, inputs);
    let raw = raws.get(key);
    if (!raw) {
      raw = { kind: 'raw', operator, inputs, dims: dims ?? this.#broadcast(inputs), node: this.name };
      raws.set(key, raw);
    }
    return raw;
  }

  /** Derives facts about values, once for the same values. */
  once<Finding>(name: string, values: readonly Value[], find: () => Finding): Finding {
    const { findings } = this.#context;
    const key = this.#key(name, values);
    if (!findings.has(key)) findings.set(key, find());
    return findings.get(key) as Finding;
  }

  #key(name: string, values: readonly Value[]): string {
    const { numbers } = this.#context;
    const number = (value: Value): number => {
      const known = numbers.get(value) ?? numbers.size;
      numbers.set(value, known);
      return known;
    };
    return `${name} ${values.map(number).join(' ')}`;
  }

  #broadcast(inputs: readonly Value[]): readonly Size[] {
    const sizes = PROBES.map((_, probe) =>
      broadcast(
        ...inputs.map((value) =>
          value.kind === 'host' ? value.probes()[probe]!.dims : sizesFor(sizesOf(value), probe),
        ),
      ),
    );
    return symbolic(sizes) ?? this.refuse('gives vectors of an unknown shape');
  }

  /** Whether axes name the last one alone, which is kept. */
  overLast(axes: readonly number[] | undefined, rank: number, isKept: boolean): boolean {
    return isKept && axes?.length === 1 && axisOf(axes[0]!, rank) === rank - 1;
  }
}

/**
 * Known numbers made of others.
 * @param isOfSizes whether they depend on sizes alone. Default: if all that they are made of does.
 */
export function computed(
  inputs: readonly HostValue[],
  compute: (probe: number) => HostTensor,
  isOfSizes = inputs.every((each) => each.isConstant || each.isOfSizes),
): HostValue {
  const isMadeOfConstants = inputs.every((each) => each.isConstant);
  let results: readonly HostTensor[] | undefined;
  let isConstant: boolean | undefined;
  const probes = (): readonly HostTensor[] => {
    results ??= isMadeOfConstants ? sameForAll(compute(0)) : PROBES.map((_, probe) => compute(probe));
    return results;
  };
  return {
    kind: 'host',
    // A size that no text changes, as that of a head, is a constant, though all sizes were read at once.
    get isConstant() {
      isConstant ??= isMadeOfConstants || (isOfSizes && areEqual(probes()));
      return isConstant;
    },
    isOfSizes,
    tables: [...new Set(inputs.flatMap(tablesOf))],
    probes,
  };
}

function areEqual([first, ...rest]: readonly HostTensor[]): boolean {
  return rest.every(
    ({ dims, data }) =>
      dims.join() === first!.dims.join() && Array.from(data).every((value, at) => value === first!.data[at]),
  );
}

/** Tables of floats, of which a probe may show a part. */
function tablesOf({ tensor, tables = [] }: HostValue): readonly TensorSummary[] {
  if (!tensor) return tables;
  return tensor.dims.length > 1 && /^b?float/.test(tensor.type ?? '') ? [tensor] : [];
}

export const sameForAll = (tensor: HostTensor): readonly HostTensor[] => PROBES.map(() => tensor);

/** Rows of the shape of others. */
export const rowsLike = (like: RowsValue, rows: Rows): RowsValue => ({
  kind: 'rows',
  rows,
  dims: [...like.dims.slice(0, -1), rows.width],
});
