import type { ContractModels } from '../../models.ts';
import { base64, type Pictures } from '../../pictures.ts';
import { type BadInput, INVALID, type Outcome } from './shared.ts';

/** Pictures that are none, or too much of one. */
export function images({ clip }: ContractModels): BadInput[] {
  const of = (
    name: string,
    image: (pictures: Pictures) => unknown,
    { outcome = INVALID, memory = false }: { outcome?: Outcome; memory?: boolean } = {},
  ): BadInput => ({
    method: 'embeddings',
    name: `a picture: ${name}`,
    outcome,
    memory,
    call: (foundation, made) =>
      foundation.embeddings({ model: clip.id, input: ['a', { image: image(made) as string }] }),
  });
  const memory = true;
  return [
    of('10 MB', ({ large }) => large),
    of('10 MB as data URI', ({ large }) => `data:image/png;base64,${large}`),
    of('10 MB in memory', () => new Blob([new Uint8Array(10_000_000)]), { memory }),
    of('one byte more than 8 MB', ({ justTooLarge }) => justTooLarge),
    of('broken base64', () => 'iVBORw0KGgo!!!'),
    of('base64 of the other alphabet', () => '_-_-_-_-'),
    of('base64 of nothing', () => ' '),
    of('base64 of a text', () => btoa('this is not a picture')),
    of('a data URI without data', () => 'data:image/png;base64,'),
    of('a data URI without comma', () => 'data:image/png;base64'),
    of('a data URI with broken base64', () => 'data:image/png;base64,*'),
    of('a data URI of a text', () => 'data:text/plain,hello'),
    of('a bomb: 128 MB of pixels under a small header', ({ bomb }) => base64(bomb), { outcome: 'either' }),
    of('2.5 billion pixels', ({ vast }) => base64(vast)),
    of('cut in the middle', ({ cut }) => base64(cut)),
    of('its signature only', ({ gradient }) => base64(gradient.slice(0, 8))),
    of('bytes after its end', ({ gradient }) => base64(Uint8Array.from([...gradient, 1, 2, 3])), {
      outcome: 'answer',
    }),
    of('a broken checksum or pixel', ({ gradient }) => {
      const broken = gradient.slice();
      for (let at = 45; at < broken.length - 12; at += 3) broken[at]! ^= 0xff;
      return base64(broken);
    }),
    of('a file of this machine', () => 'file:///etc/passwd'),
    of('a script', () => 'javascript:alert(1)'),
    of('an address of no server', () => 'https://nothing.invalid/a.png'),
    of('half an address', () => 'https://'),
    of('an empty Blob', () => new Blob([]), { memory }),
    of('a Blob of a text', () => new Blob(['hello']), { memory }),
    of('an object', () => ({})),
    of('a list of bytes', () => [137, 80, 78, 71]),
    of('half a drawing', () =>
      btoa('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect wid'),
    ),
  ];
}
