import type { Subject } from '../types.ts';

export const kitchen: Subject = {
  id: 'kitchen',
  title: 'Kitchen',
  passages: [
    {
      id: 'onion-tears',
      title: 'What an onion lets loose',
      text: 'Chopping an onion breaks its cells and frees an enzyme that turns sulphur compounds into an irritating gas. It reaches your eyes and makes them water. A sharp knife and an hour in the fridge beforehand keep the gas down.',
    },
    {
      id: 'boil-egg',
      title: 'Eggs the way you like them',
      text: 'Lower eggs into boiling water and start the clock. Six minutes give a runny yolk, eight a soft one and ten a firm one; a bath in cold water stops the cooking and makes them easier to peel.',
    },
    {
      id: 'bread-rise',
      title: 'Why dough rises',
      text: 'Yeast feeds on sugars in flour and gives off carbon dioxide. Kneading lines up the gluten into a stretchy net that traps the bubbles, so the dough swells instead of leaking its gas.',
    },
    {
      id: 'rice-pot',
      title: 'Rice without a rice cooker',
      text: 'Rinse long-grain rice until the water runs clear, add one and a half times its volume of water and bring it to the boil. Cover, turn the heat to low for twelve minutes and leave it alone for another ten.',
    },
    {
      id: 'salt-pasta',
      title: 'Salting the pasta water',
      text: 'Pasta tastes of the water it was cooked in, so salt the pot well, about ten grams a litre. The salt is there for flavour; it barely changes the temperature at which the water boils.',
    },
    {
      id: 'knife-sharp',
      title: 'A knife that cuts',
      text: 'A dull knife slips and is more dangerous than a sharp one. Hold the blade at about fifteen to twenty degrees on a whetstone, draw it along the whole edge and repeat equally on both sides.',
    },
    {
      id: 'cast-iron',
      title: 'Looking after cast iron',
      text: 'A cast-iron pan is protected by a layer of oil that has baked hard onto the metal. Wash it quickly, dry it on the stove and rub in a thin film of oil so that it does not rust.',
    },
    {
      id: 'browning',
      title: 'The taste of browning',
      text: 'When meat or bread is heated above about 140 degrees, amino acids and sugars react and form hundreds of new aromas. Wet surfaces stay too cool for this, which is why you pat a steak dry.',
    },
    {
      id: 'mayonnaise',
      title: 'Saving split mayonnaise',
      text: 'Mayonnaise is oil held as tiny drops in egg yolk and vinegar. If it splits, start with a fresh yolk in a clean bowl and whisk the broken sauce into it, spoon by spoon.',
    },
    {
      id: 'baking-soda',
      title: 'Soda or powder',
      text: 'Baking soda needs something acid, such as buttermilk, to release its gas. Baking powder already contains a dry acid, so it works with water and heat alone. Swapping one for the other changes the taste.',
    },
    {
      id: 'ripe-avocado',
      title: 'Ripening fruit faster',
      text: 'Put hard avocados or green bananas in a paper bag with an apple. The apple gives off ethylene, a gas that plants use as a ripening signal, and the bag keeps it close.',
    },
    {
      id: 'freezer-burn',
      title: 'Dry patches in the freezer',
      text: 'Food that is not wrapped tightly loses ice straight into the cold dry air and gets pale, leathery patches. It is safe to eat, only dull. Press the air out of the bag before freezing.',
    },
    {
      id: 'caramel',
      title: 'Caramel without crystals',
      text: 'Melt sugar over medium heat in a clean, pale pan and swirl instead of stirring. Stray grains on the side make the whole batch crystallise; brush them down with a wet brush.',
    },
    {
      id: 'stock',
      title: 'A clear stock',
      text: 'Cover bones with cold water, bring it slowly to a bare simmer and skim the foam. A rolling boil would beat fat and protein into the liquid and turn it cloudy.',
    },
    {
      id: 'chilli-heat',
      title: 'Cooling a burning mouth',
      text: 'The heat of a chilli comes from capsaicin, which dissolves in fat but hardly in water. Milk or yoghurt carries it off the tongue, while a glass of water merely spreads it around.',
    },
  ],
};
