import type { Subject } from '../types.ts';

export const gardening: Subject = {
  id: 'gardening',
  title: 'Gardening',
  passages: [
    {
      id: 'slugs',
      title: 'Slugs by torchlight',
      text: 'Slugs hide under boards and stones by day and graze on tender leaves after dark. Pick them off by torchlight, sink a cup of beer into the soil as a trap or ring the seedlings with copper tape.',
    },
    {
      id: 'compost-mix',
      title: 'What compost needs',
      text: 'A compost heap works best with about two parts of dry brown matter, such as straw and cardboard, to one part of green scraps. Keep it as damp as a wrung sponge and turn it for air.',
    },
    {
      id: 'tomato-rot',
      title: 'Black bottoms on tomatoes',
      text: 'A dark sunken patch at the base of tomatoes is blossom-end rot, caused by too little calcium reaching the fruit. Uneven watering is usually to blame, so water regularly and mulch.',
    },
    {
      id: 'pruning-roses',
      title: 'Cutting back roses',
      text: 'Prune bush roses at the end of winter. Take out dead and crossing stems, then cut the others just above a bud that faces outwards, with the cut sloping away from it.',
    },
    {
      id: 'seed-depth',
      title: 'How deep to sow',
      text: 'As a rule, cover a seed with two to three times its own thickness of soil. Very fine seed, such as lettuce, needs light to sprout and is only pressed onto the surface.',
    },
    {
      id: 'houseplant-water',
      title: 'The drowned pot plant',
      text: 'More pot plants die of too much water than of too little. Push a finger into the compost and water only when the top few centimetres are dry; pour away what stands in the saucer.',
    },
    {
      id: 'crop-rotation',
      title: 'Moving beds round',
      text: 'Do not grow cabbages in the same bed two years running. Moving each plant family to another bed every year starves the pests and diseases that wait for it in the soil.',
    },
    {
      id: 'lawn-height',
      title: 'How short to mow',
      text: 'Never take off more than a third of the grass at once. A lawn left at four or five centimetres shades out moss and weeds and keeps its roots moist in a dry summer.',
    },
    {
      id: 'bulbs-autumn',
      title: 'Planting spring bulbs',
      text: 'Tulips and daffodils go into the ground in autumn, pointed end up, at three times their own height. They need a cold winter before they will flower.',
    },
    {
      id: 'lavender-sun',
      title: 'Where lavender thrives',
      text: 'Lavender wants full sun and poor, gritty soil that drains quickly. Trim it after flowering, but not into the bare old wood, which seldom shoots again.',
    },
    {
      id: 'pollinators',
      title: 'A garden for bees',
      text: 'Single, open flowers feed bees far better than double ones whose nectar is out of reach. Plant a mixture that blooms from crocus in February to ivy in October.',
    },
    {
      id: 'potato-chit',
      title: 'Starting potatoes',
      text: 'Stand seed potatoes in a light, cool room until they have short, sturdy shoots. Plant them when the soil has warmed and heap earth round the stems, because tubers in the light turn green and poisonous.',
    },
    {
      id: 'hedge-birds',
      title: 'When to trim a hedge',
      text: 'Leave hedges alone from early spring to late summer, when birds may be nesting in them. A light trim in late winter keeps the shape and gives a dense growth.',
    },
    {
      id: 'strawberry-runners',
      title: 'New strawberries for nothing',
      text: 'Strawberry plants send out long runners with little plants at the end. Peg one down in a pot of compost and cut it off from its parent when it has rooted.',
    },
    {
      id: 'frost-cover',
      title: 'A night of frost',
      text: 'Cover tender plants with fleece or an old sheet before a frosty night and take it off in the morning. The cover holds the warmth that rises from the ground; plastic touching the leaves does harm.',
    },
  ],
};
