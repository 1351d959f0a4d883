import type { Subject } from '../types.ts';

export const language: Subject = {
  id: 'language',
  title: 'Language',
  passages: [
    {
      id: 'apostrophe-its',
      title: "Its and it's",
      text: "It's is always short for it is or it has. Its without the mark shows belonging, like his and her, which have no apostrophe either.",
    },
    {
      id: 'learn-words',
      title: 'Words that stay',
      text: 'New vocabulary stays when it is recalled at growing intervals: after a day, three days, a week, a month. Trying to remember does more than reading the list again.',
    },
    {
      id: 'sign-languages',
      title: 'Languages of the hands',
      text: 'Sign languages have their own grammar and are not a spoken language in gestures. American and British signers cannot follow each other, although both countries speak English.',
    },
    {
      id: 'loanwords',
      title: 'Borrowed words',
      text: 'English took skirt from Norse, beef from French, ketchup probably from Hokkien Chinese and robot from Czech. Roughly a third of its words came by way of French.',
    },
    {
      id: 'grimm-law',
      title: 'Father and pater',
      text: 'Where Latin has p, t and k at the beginning of a word, English often has f, th and h: pater and father, tres and three, cornu and horn. The shift happened over two thousand years ago.',
    },
    {
      id: 'tone-languages',
      title: 'Meaning in the melody',
      text: 'In Mandarin the syllable ma can mean mother, hemp, horse or scold, depending on whether the pitch is level, rising, dipping or falling. More than half of all languages use pitch in such a way.',
    },
    {
      id: 'baby-babble',
      title: 'From babble to words',
      text: 'Babies can tell apart the sounds of every language at birth and lose this skill for foreign sounds within the first year. The first real words come at around twelve months.',
    },
    {
      id: 'writing-origins',
      title: 'Where writing began',
      text: 'Writing was invented independently at least three times: in Mesopotamia around 3200 BC, in China before 1200 BC and in Mesoamerica. In Mesopotamia it grew out of the book-keeping of grain and sheep.',
    },
    {
      id: 'basque',
      title: 'A language without relatives',
      text: 'Basque, spoken around the western end of the Pyrenees, is related to no other known language. It was there before Latin and the Celtic tongues arrived.',
    },
    {
      id: 'esperanto',
      title: 'A planned language',
      text: 'Ludwik Zamenhof published Esperanto in 1887 with sixteen rules and no exceptions. Nouns end in o, adjectives in a and adverbs in e; perhaps a million people have learned it to some degree.',
    },
    {
      id: 'false-friends',
      title: 'False friends',
      text: 'False friends look alike but differ in meaning. A German Gift is poison, the Spanish embarazada means pregnant, and French librairie is a shop that sells books.',
    },
    {
      id: 'endangered',
      title: 'Languages that fall silent',
      text: 'About seven thousand languages are spoken today, and some forty per cent of them are in danger because children no longer learn them. Hebrew and Hawaiian show that a revival can work.',
    },
    {
      id: 'plain-writing',
      title: 'Writing so that people understand',
      text: 'Put the main point first, keep to one thought a sentence and choose the short word. Reading a draft aloud shows where a listener would stumble.',
    },
    {
      id: 'alphabet-order',
      title: 'Alphabets and their kin',
      text: "Nearly all alphabets go back to one made by Semitic speakers near Egypt almost four thousand years ago. The letter A was an ox's head, which can still be seen if it is turned upside down.",
    },
    {
      id: 'accent-shift',
      title: 'Why accents differ',
      text: 'Accents grow apart where people seldom talk with one another, and meet again where they mix. Children take on the accent of their friends rather than that of their parents.',
    },
  ],
};
