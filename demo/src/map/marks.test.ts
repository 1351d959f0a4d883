import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { COLOURS, markOf, NO_MARK } from './marks.ts';

const styles = async (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe('marks', () => {
  test('of 35 labels are all different', () => {
    const marks = Array.from({ length: 35 }, (_, number) => JSON.stringify(markOf(number)));
    expect(new Set(marks).size).toBe(35);
    expect(markOf(NO_MARK).colour).toBe(COLOURS);
  });

  test('stand out from the ground, light and dark', async () => {
    const [own, tokens] = [await styles('./map.css'), await styles('../styles/tokens.css')];
    const pair = (text: string, name: string) =>
      new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`, 'u').exec(text)!.slice(1) as [
        string,
        string,
      ];
    const ground = pair(tokens, '--surface');
    for (let colour = 0; colour <= COLOURS; colour++)
      for (const [theme, value] of pair(own, `--map-${colour}`).entries())
        expect(contrast(value, ground[theme]!), `--map-${colour}`).toBeGreaterThan(3);
  });
});
