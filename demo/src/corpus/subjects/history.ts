import type { Subject } from '../types.ts';

export const history: Subject = {
  id: 'history',
  title: 'History',
  passages: [
    {
      id: 'printing-press',
      title: 'Movable type in Mainz',
      text: 'Around 1450 Johannes Gutenberg cast single letters in metal and set them into pages that could be printed again and again. Within fifty years millions of books were in circulation.',
    },
    {
      id: 'rosetta',
      title: 'A stone in three scripts',
      text: 'The Rosetta Stone carries one decree in hieroglyphs, Demotic and Greek. Because Greek was known, Jean-François Champollion could announce in 1822 how the hieroglyphs worked.',
    },
    {
      id: 'black-death',
      title: 'The Black Death',
      text: "Plague reached the ports of Sicily in 1347 and within five years killed perhaps a third to a half of Europe's people. Labour became scarce, and wages of those who survived rose.",
    },
    {
      id: 'roman-roads',
      title: 'Roads of the Romans',
      text: 'Roman roads were built in layers of stone and gravel with a raised middle so that rain ran off. Legions and messengers used them first, merchants soon after, and some are still in use.',
    },
    {
      id: 'longitude-clock',
      title: 'The clock that found longitude',
      text: 'Ships could not tell how far east or west they were until John Harrison built a clock that kept time at sea. Comparing noon on board with the time at home gives the longitude.',
    },
    {
      id: 'berlin-wall',
      title: 'The night the Wall opened',
      text: 'On 9 November 1989 an East German official announced by mistake that travel was free at once. Crowds went to the crossings in Berlin, and the guards opened the gates.',
    },
    {
      id: 'silk-road',
      title: 'The Silk Road',
      text: 'The Silk Road was no single road but a web of caravan routes between China and the Mediterranean. Silk, paper, horses and religions travelled along it, and so did diseases.',
    },
    {
      id: 'magna-carta',
      title: 'A charter for barons',
      text: 'In 1215 English barons made King John seal Magna Carta, which promised that no free man would be imprisoned except by the law of the land. The king had it annulled within months, yet it came back.',
    },
    {
      id: 'penicillin',
      title: 'A mouldy dish',
      text: 'In 1928 Alexander Fleming noticed that a mould in a forgotten dish had killed the bacteria around it. Howard Florey and Ernst Chain turned the substance into a medicine more than ten years later.',
    },
    {
      id: 'apollo-11',
      title: 'Eagle has landed',
      text: 'On 20 July 1969 Neil Armstrong and Buzz Aldrin landed on the Moon while Michael Collins stayed in orbit. They walked outside for about two and a half hours and brought 21 kilograms of rock home.',
    },
    {
      id: 'suffrage',
      title: 'Votes for women',
      text: 'New Zealand was the first self-governing country to give women the vote in national elections, in 1893. Finland followed in 1906, Britain in full in 1928, France in 1944 and Switzerland in 1971.',
    },
    {
      id: 'pompeii',
      title: 'A town under ash',
      text: 'In the year 79 Vesuvius buried Pompeii under metres of pumice and ash. Excavations since 1748 have found bakeries with loaves, painted walls and scribbles of shopkeepers.',
    },
    {
      id: 'haiti',
      title: 'A revolution of the enslaved',
      text: 'Enslaved people in Saint-Domingue rose in 1791 and defeated the armies of France, Spain and Britain. In 1804 they founded Haiti, the first state to abolish slavery for good.',
    },
    {
      id: 'great-stink',
      title: "London's great stink",
      text: "In the hot summer of 1858 the sewage in the Thames smelt so badly that Parliament voted money for sewers. Joseph Bazalgette's tunnels ended the cholera outbreaks and still serve the city.",
    },
    {
      id: 'telegraph',
      title: 'News by wire',
      text: 'Before the electric telegraph, news went no faster than a horse or a ship. A lasting cable under the Atlantic from 1866 cut the time for a message from ten days to minutes.',
    },
  ],
};
