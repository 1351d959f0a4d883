import type { LabelledQuery } from '../../packages/search/src/ranking/evaluate.ts';

const of = (question: string, answer: string): LabelledQuery => ({ question, answers: [answer] });

/** Questions over the demo's sample corpus in other words than their answers; a word here and there may be shared. */
export const PARAPHRASES: readonly LabelledQuery[] = [
  of('how do honey insects tell each other where flowers are', 'animals/bees-dance'),
  of('what does a desert animal store on its back', 'animals/camel-hump'),
  of('why do lizards change their skin tone', 'animals/chameleon-colour'),
  of('sounds of giant sea mammals', 'animals/whale-song'),
  of('what makes a loaf puff up', 'kitchen/bread-rise'),
  of('care for an old skillet', 'kitchen/cast-iron'),
  of('my tongue is on fire after spicy curry', 'kitchen/chilli-heat'),
  of('plant different vegetables in another spot every year', 'gardening/crop-rotation'),
  of('protect seedlings on a freezing evening', 'gardening/frost-cover'),
  of('why does everything get more expensive', 'money/inflation'),
  of('spread investments to lower the risk', 'money/diversify'),
  of('how much extra should I give a waiter', 'money/tipping'),
  of('a song is stuck in my head', 'music/earworm'),
  of('how are records able to play sound', 'music/vinyl-groove'),
  of('door makes noise when it opens', 'home-repair/squeaky-door'),
  of('seat is unstable and rocks', 'home-repair/loose-chair'),
  of('safe way to keep login secrets in a database', 'software/password-hash'),
  of('how does the browser find the address of a website', 'software/dns-lookup'),
  of('make buttons understandable for blind users', 'software/accessibility-label'),
  of('side ache while jogging', 'sport/stitch-running'),
  of('prepare muscles before exercise', 'sport/warm-up'),
  of('sunset is good for pictures', 'photography/golden-hour'),
  of('do not lose images when a disk dies', 'photography/photo-backup'),
  of('where do tropical storms get their energy', 'weather/hurricane-sea'),
  of('silence after a winter flurry', 'weather/snow-quiet'),
  of('can we predict the climate conditions of next month', 'weather/forecast-limit'),
];
