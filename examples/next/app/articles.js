export const ARTICLES = [
  { id: 'tides', title: 'Why the sea rises twice a day' },
  { id: 'yeast', title: 'What makes dough rise' },
  { id: 'bonds', title: 'How governments borrow money' },
  { id: 'bees', title: 'The language of bees' },
  { id: 'loans', title: 'Fixed or variable: choosing a mortgage' },
];
