/**
 * `npm run bench -- reader --set PATH`: how much of the main content of web pages the reader finds. PATH is a copy of the
 * Web Content eXtraction Benchmark (github.com/Murrough-Foley/web-content-extraction-benchmark). `--split dev` measures
 * one of its splits, `--results FOLDER` writes what its own script reads: `evaluate.py --split dev --results dev.json`.
 *
 * `npm run bench -- reader --pdf`: how well 30 PDFs are read whose text is known. `--seed NUMBER` typesets others.
 */
import { parseArgs } from 'node:util';
import { measurePdfSet, pdfReport } from '../../packages/reader/test/pdf-set/measure.ts';
import { readerReport } from './reader/report.ts';
import { measureSplit, SPLITS, type Split } from './reader/splits.ts';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    set: { type: 'string' },
    split: { type: 'string' },
    results: { type: 'string' },
    pdf: { type: 'boolean' },
    seed: { type: 'string' },
  },
});
if (values.pdf) {
  process.stdout.write(pdfReport(await measurePdfSet(Number(values.seed ?? 1))));
  process.exit();
}
if (values.set === undefined)
  throw new Error('Give --set PATH: the folder of the benchmark, with dev/ and test/.');
const isSplit = (name: string): name is Split => (SPLITS as readonly string[]).includes(name);
const splits = values.split === undefined ? SPLITS : [values.split].filter(isSplit);
if (splits.length === 0) throw new Error(`--split is one of ${SPLITS.join(', ')}.`);
for (const split of splits) {
  const pages = await measureSplit(values.set, split, values.results);
  process.stdout.write(readerReport(split, pages));
}
