import { animals } from './subjects/animals.ts';
import { astronomy } from './subjects/astronomy.ts';
import { bicycles } from './subjects/bicycles.ts';
import { clothes } from './subjects/clothes.ts';
import { everydayLaw } from './subjects/everyday-law.ts';
import { gardening } from './subjects/gardening.ts';
import { geography } from './subjects/geography.ts';
import { health } from './subjects/health.ts';
import { history } from './subjects/history.ts';
import { homeRepair } from './subjects/home-repair.ts';
import { kitchen } from './subjects/kitchen.ts';
import { language } from './subjects/language.ts';
import { money } from './subjects/money.ts';
import { music } from './subjects/music.ts';
import { photography } from './subjects/photography.ts';
import { science } from './subjects/science.ts';
import { software } from './subjects/software.ts';
import { sport } from './subjects/sport.ts';
import { travel } from './subjects/travel.ts';
import { weather } from './subjects/weather.ts';
import type { Subject } from './types.ts';

/** The sample corpus: 300 short passages, written for this demo, grouped by subject. */
export const SUBJECTS: readonly Subject[] = [
  animals,
  kitchen,
  bicycles,
  everydayLaw,
  astronomy,
  gardening,
  software,
  health,
  history,
  weather,
  money,
  music,
  homeRepair,
  geography,
  language,
  science,
  sport,
  travel,
  photography,
  clothes,
];
