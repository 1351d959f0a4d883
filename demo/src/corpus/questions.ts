import type { SampleQuestion } from './types.ts';

/**
 * Questions in other words than their answers: none shares a content word with the title or the text of the
 * passage that answers it, so matching words cannot find it and meaning has to.
 */
export const SAMPLE_QUESTIONS: readonly SampleQuestion[] = [
  { question: 'How do marine mammals sleep without drowning?', answer: 'animals/dolphin-rest' },
  { question: 'Why do I cry when slicing vegetables?', answer: 'kitchen/onion-tears' },
  { question: 'How can I repair a punctured bike wheel?', answer: 'bicycles/fix-flat' },
  {
    question: 'Can I return an internet purchase because I changed my mind?',
    answer: 'everyday-law/withdraw-online',
  },
  { question: 'Why does my app need more RAM the longer it is running?', answer: 'software/memory-leak' },
  { question: 'What should I do when blood drips from my nostrils?', answer: 'health/nosebleed' },
  { question: 'How can I tell how distant a storm is?', answer: 'weather/count-thunder' },
  {
    question: 'How do I adjust my sleep to a far-off country after a long plane ride?',
    answer: 'travel/jet-lag',
  },
  { question: 'Why does the faucet leak?', answer: 'home-repair/dripping-tap' },
  { question: 'How do I get Merlot stains out of fabric?', answer: 'clothes/red-wine' },
];
