/** A question and passages of our own: several are near the question in words, two answer it. */
export const SAMPLE_QUERY = 'How do I stop the kettle from leaving white flakes in my tea?';

export const SAMPLE_PASSAGES: readonly string[] = [
  'White tea is made from young leaves and buds that are dried with little further work. Use water of about 80 °C.',
  'A kettle that switches itself off too early often has a dirty steam sensor. Wipe the slot under the lid with a dry cloth.',
  'Flakes of paint on the window frame are a sign of damp. Sand them off before you paint again.',
  'Hard water leaves scale wherever it is heated. Boil equal parts of vinegar and water in the appliance, let it stand for half an hour, and rinse it twice.',
  'To make tea for many people, brew it strong and thin it with hot water from the kettle just before serving.',
  'Corn flakes stay crisp longer when the box is closed with a clip and stored in a dry place.',
  'A filter jug takes out much of the lime before the water is heated, so that less of it ends up as crumbs in the cup.',
  'The stop button on the base holds the water at the chosen temperature for twenty minutes.',
  'White marks on a wooden table come from hot cups. Rub them gently with oil and a soft cloth.',
  'Loose leaves sink to the bottom of the pot when the tea has drawn long enough. Pour it through a strainer.',
];
