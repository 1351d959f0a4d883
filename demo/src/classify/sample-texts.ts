/** Sentences and labels of our own to try. */
export const SAMPLE_TEXTS: readonly string[] = [
  'My parcel has been sitting at the depot since Tuesday.',
  'You charged my card twice this month.',
  'The app closes by itself whenever I open the camera.',
  'Could you send the invoice to our accountant instead?',
  'After the update the screen stays black.',
];

export const SAMPLE_LABELS: readonly string[] = ['delivery', 'billing', 'technical problem'];

/** Labelled sentences for a classifier whose labels say little by themselves. */
export const SAMPLE_EXAMPLES: readonly { text: string; label: string }[] = [
  { text: 'The left hinge of the cupboard door came off.', label: 'workshop' },
  { text: 'A drawer runner is bent and the drawer sticks.', label: 'workshop' },
  { text: 'One table leg is shorter than the others, so it rocks.', label: 'workshop' },
  { text: 'The varnish on the seat is scratched.', label: 'workshop' },
  { text: 'Two of the screws were missing from the bag.', label: 'spare parts' },
  { text: 'I lost the Allen key that came with the bed.', label: 'spare parts' },
  { text: 'Where can I get another shelf pin?', label: 'spare parts' },
  { text: 'The packet had only three of four castors.', label: 'spare parts' },
  { text: 'Which step comes after fitting the back panel?', label: 'instructions' },
  { text: 'The drawing on page four does not show the top side.', label: 'instructions' },
  { text: 'Do I need a second person to put up the wardrobe?', label: 'instructions' },
  { text: 'Is there a film that shows how to fold out the sofa bed?', label: 'instructions' },
];

export const SAMPLE_QUESTIONS: readonly string[] = [
  'The armrest is loose and creaks.',
  'There was no dowel in the box for the last hole.',
  'How do I know which way round the side wall goes?',
];
