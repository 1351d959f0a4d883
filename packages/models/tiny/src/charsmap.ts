/** SentencePiece's rules of replacement (nmt_nfkc, in part) and their compiled form, as tokenizer.json has it. */

/** Replacements by what they stand for: compatibility forms, white space, control characters, some accents. */
export const REPLACEMENTS: ReadonlyMap<string, string> = (() => {
  const rules = new Map<string, string>();
  const ranges: readonly (readonly [from: number, to: number])[] = [
    [0x80, 0x3400],
    [0xfb00, 0xfb07],
    [0xff00, 0xfff0],
  ];
  for (const [from, to] of ranges) {
    for (let code = from; code < to; code++) {
      const character = String.fromCharCode(code);
      const plain = character.normalize('NFKC');
      // The wide tilde stays, as SentencePiece has it.
      if (plain !== character && code !== 0xff5e) rules.set(character, plain);
    }
  }
  for (const letter of 'aceinouyAEINOU') {
    for (const mark of '\u0300\u0301\u0302\u0303\u0308\u0327') {
      const whole = (letter + mark).normalize('NFC');
      if (whole.length === 1) rules.set(letter + mark, whole);
    }
  }
  const removed = '\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f';
  const spaces = '\t\n\f\r\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2581\u3000\ufeff\ufffd';
  for (const [characters, replacement] of [
    [removed, ''],
    [spaces, ' '],
  ] as const) {
    const all = new RegExp(`[${characters}]`);
    for (let code = 1; code < 0x10000; code++) {
      if (all.test(String.fromCharCode(code))) rules.set(String.fromCharCode(code), replacement);
    }
  }
  return rules;
})();

interface Node {
  readonly children: Map<number, Node>;
  /** Start of its replacement. */
  value?: number;
}

const utf8 = new TextEncoder();

/** The rules as SentencePiece compiles them: a double array (Darts) of UTF-8 keys, then the replacements, in base64. */
export function compileCharsmap(rules: ReadonlyMap<string, string>): string {
  const root: Node = { children: new Map() };
  const replacements: number[] = [];
  const places = new Map<string, number>();
  for (const [key, replacement] of rules) {
    let node = root;
    for (const byte of utf8.encode(key)) {
      let child = node.children.get(byte);
      if (!child) {
        child = { children: new Map() };
        node.children.set(byte, child);
      }
      node = child;
    }
    if (!places.has(replacement)) {
      places.set(replacement, replacements.length);
      replacements.push(...utf8.encode(replacement), 0);
    }
    node.value = places.get(replacement)!;
  }
  const units: number[] = [0];
  const taken: boolean[] = [true];
  let firstBase = 1;
  const place = (node: Node, at: number): void => {
    const labels = [...(node.value === undefined ? [] : [0]), ...node.children.keys()];
    let base = firstBase;
    while (labels.some((label) => taken[base ^ label])) base++;
    while (taken[firstBase]) firstBase++;
    for (const label of labels) taken[base ^ label] = true;
    units[at] = (units[at] ?? 0) | ((base ^ at) << 10) | (node.value === undefined ? 0 : 0x100);
    if (node.value !== undefined) units[base] = 0x80000000 | node.value;
    for (const [label, child] of node.children) {
      units[base ^ label] = label;
      place(child, base ^ label);
    }
  };
  place(root, 0);
  // Readers look anywhere in a block of 256.
  const count = Math.ceil(units.length / 256) * 256;
  const bytes = new Uint8Array(4 + count * 4 + replacements.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, count * 4, true);
  for (let at = 0; at < count; at++) view.setUint32(4 + at * 4, (units[at] ?? 0) >>> 0, true);
  bytes.set(replacements, 4 + count * 4);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
