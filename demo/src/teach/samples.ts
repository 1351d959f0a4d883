/** Projects to start from. */
import cloudWithRain from '../classify/samples/cloud-with-rain.png?url';
import dogFace from '../classify/samples/dog-face.png?url';
import guitar from '../classify/samples/guitar.png?url';
import hammer from '../classify/samples/hammer.png?url';
import pizza from '../classify/samples/pizza.png?url';
import sailboat from '../classify/samples/sailboat.png?url';
import type { Addition } from './project.ts';
import grinningFace from './samples/grinning-face.png?url';
import house from './samples/house.png?url';
import necktie from './samples/necktie.png?url';
import rocket from './samples/rocket.png?url';
import soccerBall from './samples/soccer-ball.png?url';
import sunflower from './samples/sunflower.png?url';
import teddyBear from './samples/teddy-bear.png?url';

const TICKETS: Readonly<Record<string, readonly string[]>> = {
  delivery: [
    'My parcel has been sitting at the depot since Tuesday.',
    'The courier left the box with a neighbour I do not know.',
    'When will the second half of my order arrive?',
    'The tracking link shows nothing any more.',
    'Can it be delivered to my office instead?',
    'The box was wet and torn when it came.',
    'Nobody was home, can the driver come again on Friday?',
  ],
  billing: [
    'You charged my card twice this month.',
    'Could you send the invoice to our accountant instead?',
    'The discount is missing on my receipt.',
    'I cancelled in May and was billed in June.',
    'Which tax number do you need for the invoice?',
    'My refund has not reached my account yet.',
    'Is it possible to pay in three instalments?',
  ],
  'technical problem': [
    'The app closes by itself whenever I open the camera.',
    'After the update the screen stays black.',
    'I cannot log in, the code never arrives.',
    'Uploading a photo ends with an error every time.',
    'The search box does nothing when I press Enter.',
    'Sync between my phone and my laptop has stopped.',
    'The sound crackles since the last version.',
  ],
};

/** Tickets without a class, to label. */
const OPEN_TICKETS: readonly string[] = [
  'The driver rang the wrong bell.',
  'Why does the total differ from the price I saw?',
  'The page keeps loading and never ends.',
  'I paid, but the app says that I did not.',
  'My address changed, is it too late for this order?',
  'Nothing happens when I tap on Pay.',
];

const PICTURES: Readonly<Record<string, { url: string; label?: string }>> = {
  'dog face': { url: dogFace, label: 'face' },
  'grinning face': { url: grinningFace, label: 'face' },
  'teddy bear': { url: teddyBear, label: 'face' },
  rocket: { url: rocket, label: 'transport' },
  sailboat: { url: sailboat, label: 'transport' },
  guitar: { url: guitar, label: 'tool' },
  hammer: { url: hammer, label: 'tool' },
  'cloud with rain': { url: cloudWithRain },
  house: { url: house },
  necktie: { url: necktie },
  pizza: { url: pizza },
  'soccer ball': { url: soccerBall },
  sunflower: { url: sunflower },
};

/** Support tickets of three classes, and some without. */
export const sampleTickets = (): Addition[] => [
  ...Object.entries(TICKETS).flatMap(([label, texts]) => texts.map((text) => ({ text, label }))),
  ...OPEN_TICKETS.map((text) => ({ text })),
];

/** Icons of three classes, and some without. */
export const sampleIcons = (): Promise<Addition[]> =>
  Promise.all(
    Object.entries(PICTURES).map(async ([text, { url, label }]) => ({
      ...{ text, label },
      picture: await (await fetch(url)).blob(),
    })),
  );
