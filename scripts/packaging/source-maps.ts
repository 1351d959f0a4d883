/** Source maps of built packages. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

/** The fields of a source map that are read here. */
interface SourceMap {
  sources: string[];
  sourcesContent?: (string | null)[];
}

/**
 * Takes the texts of a package's own sources out of the maps in `dist`: the package has them as files, where tools find
 * them by name. Texts of other packages that are inside stay.
 *
 * @param directory the package's, with `src` and `dist`
 */
export async function leaveOutOwnSources(directory: string): Promise<void> {
  const [dist, source] = [join(directory, 'dist'), join(directory, 'src')];
  for (const name of await readdir(dist)) {
    if (!name.endsWith('.js.map')) continue;
    const path = join(dist, name);
    const map = JSON.parse(await readFile(path, 'utf8')) as SourceMap;
    const texts = map.sourcesContent?.map((text, index) => {
      const place = relative(source, resolve(dist, map.sources[index]!));
      return place.startsWith('..') || place.startsWith(sep) ? text : null;
    });
    if (texts) await writeFile(path, JSON.stringify({ ...map, sourcesContent: texts }));
  }
}
