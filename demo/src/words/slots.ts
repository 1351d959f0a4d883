/**
 * Puts parts into a text where it has their names in braces, so that each language orders a sentence as it likes:
 * `slots('in {time} by {model}', { time: html`<b>12 ms</b>`, model })`.
 * @returns pieces for a template, in order
 * @throws RangeError where the text names a part that is not given
 */
export function slots<Part>(text: string, parts: Readonly<Record<string, Part>>): (string | Part)[] {
  return text.split(/(\{\w+\})/u).flatMap((piece): (string | Part)[] => {
    if (piece === '') return [];
    const name = /^\{(\w+)\}$/u.exec(piece)?.[1];
    if (name === undefined) return [piece];
    const part = parts[name];
    if (part === undefined) throw new RangeError(`The text "${text}" names {${name}}, which is not given.`);
    return [part];
  });
}
