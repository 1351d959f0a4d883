import type { ElementType } from '../types.ts';
import type { FloatAttribute, TensorValue } from './tensor.ts';

/** A dimension: a fixed size or a symbolic name such as `batch`. */
export type Dimension = number | string;

/** Value of a node attribute: integer, integers, {@link float}(s), string, or tensor. */
export type AttributeValue = number | bigint | readonly number[] | FloatAttribute | string | TensorValue;

/** Options of a node besides its type and inputs. */
export interface NodeOptions {
  /** Name of the only output, or names of all. Default: invented from the operator type, unique. */
  readonly output?: string | readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Operator domain. Default `''`, the standard operators. */
  readonly domain?: string;
  /** Node name. Default: the first output's name. */
  readonly name?: string;
}

/** A node, ready to be written. */
export interface NodeDescription {
  readonly opType: string;
  /** Value names; an empty string leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  readonly name?: string;
}

/** Name, element type and shape of a graph input or output. */
export interface ValueDescription {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dimension[];
}

/** A node copied from another file: the bytes of its `NodeProto`. */
export interface EncodedNode {
  readonly encoded: Uint8Array;
}

/** Options of {@link GraphBuilder}, for graphs that will be merged into another. */
export interface GraphOptions {
  /** Value names that exist elsewhere and must be neither invented nor added. Default none. */
  readonly taken?: Iterable<string>;
  /** Prefix of generated value names. Default `''`. */
  readonly prefix?: string;
}

/**
 * Collects a graph. Nodes must be added after the nodes they read, which falls out of using the returned
 * names. Every method that adds a value returns its name.
 */
export class GraphBuilder {
  readonly name: string;
  /** Nodes in order; those taken over from another file are already encoded. */
  readonly nodes: (NodeDescription | EncodedNode)[] = [];
  readonly initializers: { readonly name: string; readonly value: TensorValue }[] = [];
  readonly inputs: ValueDescription[] = [];
  readonly outputs: ValueDescription[] = [];
  /** Shape hints for inner values. */
  readonly hints: ValueDescription[] = [];
  readonly #prefix: string;
  readonly #names: Set<string>;
  readonly #counters = new Map<string, number>();

  /** @param name the graph's name. */
  constructor(name: string, { taken = [], prefix = '' }: GraphOptions = {}) {
    this.name = name;
    this.#prefix = prefix;
    this.#names = new Set(taken);
  }

  /** Adds a graph input. @throws {RangeError} when the name is taken. */
  input(name: string, type: ElementType, dims: readonly Dimension[]): string {
    this.#claim(name);
    this.inputs.push({ name, type, dims });
    return name;
  }

  /** Declares an existing value as a graph output. */
  output(name: string, type: ElementType, dims: readonly Dimension[]): string {
    this.outputs.push({ name, type, dims });
    return name;
  }

  /** Notes the type and shape of an inner value (`value_info`), as exporters do after shape inference. */
  hint(name: string, type: ElementType, dims: readonly Dimension[]): void {
    this.hints.push({ name, type, dims });
  }

  /** Adds a weight or other constant (an initializer). @throws {RangeError} when the name is taken. */
  constant(name: string, value: TensorValue): string {
    this.#claim(name);
    this.initializers.push({ name, value });
    return name;
  }

  /**
   * Adds a node with one output and returns that output's name.
   *
   * @throws {RangeError} when an output name is taken.
   */
  op(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.ops(opType, inputs, 1, options)[0]!;
  }

  /**
   * Adds a node with `count` outputs and returns their names.
   *
   * @throws {RangeError} when an output name is taken or `options.output` has another length than `count`.
   */
  ops(opType: string, inputs: readonly string[], count: number, options: NodeOptions = {}): string[] {
    const { output, attributes, domain, name } = options;
    const outputs = output === undefined ? this.#invent(opType, count) : [output].flat();
    if (outputs.length !== count) {
      throw new RangeError(`${opType} was given ${outputs.length} output names instead of ${count}`);
    }
    for (const value of outputs) if (value !== '') this.#claim(value);
    this.nodes.push({
      opType,
      inputs: [...inputs],
      outputs,
      name: name ?? outputs[0]!,
      ...(attributes && { attributes }),
      ...(domain && { domain }),
    });
    return outputs;
  }

  /** Adds a node that is already encoded. Its names are not checked. The bytes are not copied. */
  encodedNode(encoded: Uint8Array): void {
    this.nodes.push({ encoded });
  }

  #claim(name: string): void {
    if (name === '') throw new RangeError('A value needs a name');
    if (this.#names.has(name)) throw new RangeError(`The graph already has a value named ${name}`);
    this.#names.add(name);
  }

  /**
   * A name that no value has yet: the graph's prefix, `stem`, and a number from the second on. It is not
   * reserved until a value is added under it.
   */
  freeName(stem: string): string {
    for (let number = 0; ; number++) {
      const name = number === 0 ? `${this.#prefix}${stem}` : `${this.#prefix}${stem}_${number}`;
      if (!this.#names.has(name)) return name;
    }
  }

  #invent(opType: string, count: number): string[] {
    return Array.from({ length: count }, () => {
      for (;;) {
        const number = this.#counters.get(opType) ?? 0;
        this.#counters.set(opType, number + 1);
        const name = `${this.#prefix}${opType}_${number}`;
        if (!this.#names.has(name)) return name;
      }
    });
  }
}
