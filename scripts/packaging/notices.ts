/** The licence notices of the code that a package's files carry from others. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A bundled package. */
export interface Bundled {
  name: string;
  version: string;
  license: string;
  /** Full text of its licence and notice files. */
  text: string;
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.`;

const ONNXRUNTIME = `MIT License

Copyright (c) Microsoft Corporation

${MIT}

The WebAssembly files contain further software; its notices are in ThirdPartyNotices.txt of
https://github.com/microsoft/onnxruntime at the commit named in this version.`;

/** Notices of packages that ship no licence file, taken from their repositories. */
const KNOWN_NOTICES: Readonly<Record<string, string>> = {
  'onnxruntime-common': ONNXRUNTIME,
  'onnxruntime-web': ONNXRUNTIME,
};

/**
 * The packages that bundled modules come from. Modules outside of `node_modules` are our own.
 *
 * @param moduleIds absolute paths, as the bundler names them
 * @throws {Error} when a package has neither a licence file nor a known notice.
 */
export async function bundledPackages(moduleIds: Iterable<string>): Promise<Bundled[]> {
  const bundled = new Map<string, Bundled>();
  for (const id of moduleIds) {
    const path = id.replace(/^\0/, '').replace(/\?.*$/, '');
    const root = path.includes('/node_modules/') ? packageRoot(path) : undefined;
    if (root === undefined || bundled.has(root)) continue;
    bundled.set(root, await describe(root));
  }
  return [...bundled.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function packageRoot(path: string): string | undefined {
  // Some packages have a bare package.json in a folder of theirs: only the one below node_modules counts.
  const match = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
  return match && existsSync(join(match[0], 'package.json')) ? match[0] : undefined;
}

async function describe(root: string): Promise<Bundled> {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = (await readdir(root))
    .filter((file) => /^(licen[cs]e|copying|notice)(\.|$)/i.test(file))
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  const text = texts.length > 0 ? texts.map((content) => content.trim()).join('\n\n') : KNOWN_NOTICES[name];
  if (text === undefined || !license) {
    throw new Error(`${name}@${version} is bundled but ships no licence: add its notice to knownNotices`);
  }
  return { name, version, license, text };
}

/** The text of `THIRD-PARTY-LICENSES.txt`. */
export function noticesText(packageName: string, bundled: readonly Bundled[]): string {
  const line = '-'.repeat(80);
  const sections = bundled.map(
    ({ name, version, license, text }) => `${line}\n${name} ${version} (${license})\n\n${text}\n`,
  );
  return `${packageName} contains code of the following packages.\n\n${sections.join('\n')}`;
}
