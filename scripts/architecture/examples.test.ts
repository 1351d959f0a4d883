/** Holds the folders of examples/ to what a person who copies one needs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../e2e/toolchains/examples.ts';
import { repository } from '../../tooling/process.mjs';
import { type Manifest, publishablePackages } from '../packaging/packages.ts';

const root = join(repository, 'examples');
const names = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
/** Lines of a README that say something, at most. */
const LINES = 12;

const published = new Map((await publishablePackages()).map(({ manifest }) => [manifest.name, manifest]));

it('each folder has a test, and each test a folder', () => {
  expect(EXAMPLES.map(({ id }) => id).sort()).toEqual(names.sort());
});

it('the overview and the README name every folder', () => {
  const lists = [read('README.md'), readFileSync(join(repository, 'README.md'), 'utf8')];
  for (const list of lists) {
    const linked = [...list.matchAll(/\]\((?:examples\/)?([\w-]+)\)/g)].map(([, name]) => name);
    expect(names.filter((name) => !linked.includes(name))).toEqual([]);
  }
});

describe.each(names)('%s', (name) => {
  const manifest = JSON.parse(read(name, 'package.json')) as Manifest & {
    scripts: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const dependencies = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

  it('installs published packages, ours in their present version', () => {
    for (const [dependency, range] of dependencies) {
      expect(range, dependency).toMatch(/^\^\d+\.\d+\.\d+$/);
      const own = published.get(dependency);
      if (dependency.startsWith('@nearfield/')) expect(range, dependency).toBe(`^${own?.version}`);
    }
  });

  it('has a short README, whose links lead somewhere and whose commands are its scripts', () => {
    const text = read(name, 'README.md');
    expect(text.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(LINES);
    for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)/g)) {
      expect(existsSync(join(root, name, link)), link).toBe(true);
    }
    const scripts = [...text.matchAll(/npm (?:run ([\w-]+)|(start))/g)].map(
      ([, run, start]) => run ?? start!,
    );
    expect(scripts.length).toBeGreaterThan(0);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });
});
