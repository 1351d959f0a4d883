/**
 * The fields of a request, from the schema that checks it. A library that writes JSON Schema of valibot's does not fit:
 * the contract's schemas depend on the value (one input or many, text or picture), which it can only refuse or skip.
 */
import type * as v from 'valibot';

/** How a field is edited. `lines` is a list of strings, one on a line; `json` is what has no simpler form. */
export type FieldKind = 'text' | 'number' | 'flag' | 'choice' | 'lines' | 'json';

export interface Field {
  name: string;
  kind: FieldKind;
  isRequired: boolean;
  /** The value of a request that does not have the field; undefined where that depends. */
  fallback: unknown;
  /** Values of a `choice`. */
  choices?: readonly unknown[];
  /** Bounds of a `number`, both included. */
  minimum?: number;
  maximum?: number;
  isWhole?: boolean;
}

/** What the walk reads of a schema or of an action in a pipe. */
interface Node {
  readonly kind?: string;
  readonly type: string;
  readonly pipe?: readonly Node[];
  readonly wrapped?: Node;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly requirement?: unknown;
  readonly getter?: (value: unknown) => Node;
}

const OPTIONAL = new Set(['optional', 'nullish', 'exact_optional', 'undefinedable']);
const WRAPPERS = new Set([...OPTIONAL, 'nullable', 'non_nullable', 'non_optional', 'non_nullish']);

/** Entries of a request's schema; of one that depends on the request, those for it. */
function entriesOf(schema: Node, request: unknown): Record<string, Node> {
  const entries: Record<string, Node> = {};
  const visit = (node: Node): void => {
    Object.assign(entries, node.entries);
    for (const step of node.pipe ?? []) if (step !== node) visit(step);
    if (typeof node.getter === 'function') visit(node.getter(request));
  };
  visit(schema);
  return entries;
}

/** A request that makes schemas which depend on a classifier show their other form. */
const WITH_CLASSIFIER = { classifier_id: 'x' };

/**
 * The fields of a request, the required ones first. A schema with several forms has the fields of all; those that the
 * form for this request does not have are optional.
 */
export function fieldsOf(schema: v.GenericSchema, request: unknown): Field[] {
  const node = schema as unknown as Node;
  const own = entriesOf(node, request);
  const all = { ...entriesOf(node, {}), ...entriesOf(node, WITH_CLASSIFIER), ...own };
  const fields = Object.entries(all).map(([name, entry]): Field => {
    const field = fieldOf(name, entry);
    return name in own ? field : { ...field, isRequired: false };
  });
  return [
    ...fields.filter(({ isRequired }) => isRequired),
    ...fields.filter(({ isRequired }) => !isRequired),
  ];
}

/** Describes one entry. */
function fieldOf(name: string, entry: Node): Field {
  let node = entry;
  let isRequired = true;
  let fallback: unknown;
  while (WRAPPERS.has(node.type) && node.wrapped) {
    if (OPTIONAL.has(node.type)) isRequired = false;
    fallback ??= typeof node.default === 'function' ? undefined : node.default;
    node = node.wrapped;
  }
  return { name, isRequired, fallback, ...editorOf(node) };
}

function editorOf(node: Node): Pick<Field, 'kind'> & Partial<Field> {
  const { base, actions } = unpiped(node);
  switch (base.type) {
    case 'string':
    case 'null':
      return { kind: 'text' };
    case 'boolean':
      return { kind: 'flag' };
    case 'number':
      return { kind: 'number', ...boundsOf(actions) };
    case 'picklist':
      return { kind: 'choice', choices: base.options ?? [] };
    case 'array':
      return isText(base.item) ? { kind: 'lines' } : { kind: 'json' };
    case 'lazy':
      return lazyEditor(base);
    case 'union':
      return unionEditor((base.options ?? []) as readonly Node[]);
    case 'literal':
      return { kind: 'choice', choices: [base.literal] };
    default:
      return { kind: 'json' };
  }
}

/** A value that depends on itself: lists of texts are lines, also where one text may stand alone. */
function lazyEditor({ getter }: Node): Pick<Field, 'kind'> & Partial<Field> {
  const [many, one] = [getter!([]), getter!('')];
  if (unpiped(many).base.type === 'array') {
    const single = editorOf(one);
    if (single.kind === 'choice') return single;
    return editorOf(many);
  }
  return editorOf(one);
}

function unionEditor(options: readonly Node[]): Pick<Field, 'kind'> & Partial<Field> {
  const choices = options.flatMap((option): unknown[] | undefined => {
    const { base } = unpiped(option);
    if (base.type === 'boolean') return [true, false];
    return base.type === 'literal' ? [base.literal] : undefined;
  });
  if (!choices.includes(undefined)) return { kind: 'choice', choices };
  return options.some((option) => editorOf(option).kind === 'lines') ? { kind: 'lines' } : { kind: 'json' };
}

/** A pipe's own schema, behind those that look at any value before it, and the checks beside it. */
function unpiped(node: Node): { base: Node; actions: readonly Node[] } {
  const steps = node.pipe ?? [];
  const schemas = steps.filter(({ kind }) => kind === 'schema');
  const base = schemas.findLast(({ type }) => type !== 'unknown' && type !== 'custom') ?? schemas[0];
  if (!base) return { base: node, actions: [] };
  // A pipe is a copy of its first schema that carries the pipe: that first one stands in the pipe bare.
  return { base: base.pipe ? unpiped(base).base : base, actions: steps };
}

const isText = (node: Node | undefined): boolean => {
  if (!node) return false;
  const { base } = unpiped(node);
  return base.type === 'string' || (base.type === 'lazy' && isText(base.getter!('')));
};

function boundsOf(actions: readonly Node[]): Partial<Field> {
  const bounds: Partial<Field> = {};
  for (const { type, requirement } of actions) {
    if (type === 'integer') bounds.isWhole = true;
    if (type === 'min_value') bounds.minimum = Number(requirement);
    if (type === 'max_value' && Number(requirement) < Number.MAX_SAFE_INTEGER)
      bounds.maximum = Number(requirement);
  }
  return bounds;
}
