/** Sentences and labels of our own to try. */
export const SAMPLE_TEXTS: readonly string[] = [
  'My parcel has been sitting at the depot since Tuesday.',
  'You charged my card twice this month.',
  'The app closes by itself whenever I open the camera.',
  'Could you send the invoice to our accountant instead?',
  'After the update the screen stays black.',
];

export const SAMPLE_LABELS: readonly string[] = ['delivery', 'billing', 'technical problem'];
