import { expect, test } from 'vitest';
import { documentLanguage } from './document-language.ts';

test.each([
  [
    'en',
    'Sourdough needs a starter of flour and water that wild yeast has settled in. Feed it daily until it doubles within hours.',
  ],
  [
    'de',
    'Sauerteig braucht einen Ansatz aus Mehl und Wasser, in dem sich wilde Hefe vermehrt hat. Er wird täglich gefüttert.',
  ],
  [
    'fr',
    'Le levain demande de la farine et de l’eau, où une levure sauvage s’est installée. Il faut le nourrir tous les jours.',
  ],
  [
    'ru',
    'Для хлеба на закваске нужны мука, вода и дикие дрожжи. Её нужно кормить каждый день, пока она не станет расти быстро, и только потом замешивать тесто.',
  ],
  [undefined, 'A few words.'],
  [undefined, '1 2 3 4 5 6 7 8 9 0 '.repeat(10)],
])('%s', async (language, text) => {
  expect(await documentLanguage(text)).toBe(language);
});

test('what a document says of itself counts', async () => {
  expect(await documentLanguage('A few words.', 'de-AT')).toBe('de');
  expect(await documentLanguage('A few words.', 'no such language')).toBeUndefined();
});
