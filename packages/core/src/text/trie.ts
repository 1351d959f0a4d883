/** Strings by their UTF-16 units, in one hash table: a Map per node would take 100 MB for a large vocabulary. */
export class Trie {
  /** Edges per slot: node, unit and target. Node 0 is the root; no edge leads back to it. */
  #nodes: Int32Array;
  #units: Uint16Array;
  #targets: Int32Array;
  #mask: number;
  #edges = 0;
  /** The value at each node, −1 for none. */
  #values: Int32Array;

  constructor(strings: Iterable<readonly [text: string, value: number]>) {
    const capacity = 1 << 12;
    this.#nodes = new Int32Array(capacity);
    this.#units = new Uint16Array(capacity);
    this.#targets = new Int32Array(capacity);
    this.#values = new Int32Array(capacity).fill(-1);
    this.#mask = capacity - 1;
    for (const [text, value] of strings) this.#add(text, value);
  }

  /** The node after `unit`, or 0 if no string continues with it. Start with node 0. */
  next(node: number, unit: number): number {
    return this.#targets[this.#slot(node, unit)]!;
  }

  /** The value of the string that ends at a node, −1 if none does. */
  valueAt(node: number): number {
    return this.#values[node]!;
  }

  #add(text: string, value: number): void {
    let node = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const slot = this.#slot(node, unit);
      const known = this.#targets[slot]!;
      node = known === 0 ? this.#insert(slot, node, unit) : known;
    }
    this.#values[node] = value;
  }

  #slot(node: number, unit: number): number {
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    while (this.#targets[slot] !== 0 && (this.#nodes[slot] !== node || this.#units[slot] !== unit)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #insert(slot: number, node: number, unit: number): number {
    const target = ++this.#edges;
    this.#nodes[slot] = node;
    this.#units[slot] = unit;
    this.#targets[slot] = target;
    if (this.#edges * 2 > this.#mask) this.#grow();
    return target;
  }

  #grow(): void {
    const [nodes, units, targets, values] = [this.#nodes, this.#units, this.#targets, this.#values];
    const capacity = nodes.length * 2;
    this.#nodes = new Int32Array(capacity);
    this.#units = new Uint16Array(capacity);
    this.#targets = new Int32Array(capacity);
    this.#values = new Int32Array(capacity).fill(-1);
    this.#values.set(values);
    this.#mask = capacity - 1;
    targets.forEach((target, slot) => {
      if (target === 0) return;
      const moved = this.#slot(nodes[slot]!, units[slot]!);
      this.#nodes[moved] = nodes[slot]!;
      this.#units[moved] = units[slot]!;
      this.#targets[moved] = target;
    });
  }
}
