import type { Subject } from '../types.ts';

export const geography: Subject = {
  id: 'geography',
  title: 'Geography',
  passages: [
    {
      id: 'nile-amazon',
      title: 'The longest river',
      text: 'The Nile is usually given as about 6,650 kilometres, the Amazon as about 6,400. Which of them is longer depends on where the source and the mouth are drawn.',
    },
    {
      id: 'dead-sea',
      title: 'Floating in the Dead Sea',
      text: 'The shore of the Dead Sea lies more than 430 metres below the level of the oceans, lower than any other land. Its water is nearly ten times as salty as the sea, so swimmers float high.',
    },
    {
      id: 'plate-tectonics',
      title: 'Continents on the move',
      text: 'The crust of the Earth is broken into plates that move a few centimetres a year, about as fast as fingernails grow. Where they collide, mountains rise; where they part, new sea floor forms.',
    },
    {
      id: 'time-zones',
      title: 'Twenty-four hours round the globe',
      text: 'The Earth turns fifteen degrees an hour, so zones are nominally fifteen degrees wide. Borders and politics bend them: China uses one time throughout, while India and Nepal use half and quarter hours.',
    },
    {
      id: 'mercator',
      title: 'The map that swells',
      text: 'On a Mercator map a straight line keeps a constant compass bearing, which served sailors well. The price is size: Greenland seems as large as Africa, though Africa is fourteen times larger.',
    },
    {
      id: 'sahara-sand',
      title: 'What the Sahara is made of',
      text: 'Only about a quarter of the Sahara is sand dunes; the rest is gravel plains, rock and mountains. Some six thousand years ago it had lakes and grassland.',
    },
    {
      id: 'gulf-stream',
      title: 'Warm water for Europe',
      text: 'The Gulf Stream and its continuation carry warm water across the Atlantic. Together with winds from the west they make the winters of western Europe milder than those of Canada at the same latitude.',
    },
    {
      id: 'antarctica-desert',
      title: 'The coldest desert',
      text: 'Antarctica counts as a desert because its interior gets less than fifty millimetres of water a year, all of it as snow. It also holds about seventy per cent of the fresh water of the world.',
    },
    {
      id: 'lake-baikal',
      title: 'The deepest lake',
      text: 'Lake Baikal in Siberia is over 1,600 metres deep and some 25 million years old. It contains about a fifth of all unfrozen fresh water on the surface of the Earth.',
    },
    {
      id: 'volcano-ring',
      title: 'The Ring of Fire',
      text: 'Around three quarters of the active volcanoes stand in a belt around the Pacific. There the ocean floor dives under other plates, carries water down and lets the rock above melt.',
    },
    {
      id: 'delta',
      title: 'How a delta grows',
      text: 'When a river reaches still water it slows down and drops its mud. The deposits build up into flat, fertile land that is cut by ever-changing branches, as in Bangladesh.',
    },
    {
      id: 'date-line',
      title: 'The day that is skipped',
      text: 'Crossing the date line westwards you lose a day, eastwards you live one twice. The line bends around island states; Samoa moved to its other side in 2011 and skipped a Friday.',
    },
    {
      id: 'equator-bulge',
      title: 'A flattened globe',
      text: 'The Earth bulges at the equator because it spins: the diameter there is about 43 kilometres greater than from pole to pole. So the summit farthest from its centre is Chimborazo, not Everest.',
    },
    {
      id: 'fjord',
      title: 'How fjords were made',
      text: 'A fjord is a valley that a glacier carved deep and steep and that the sea filled when the ice melted. Many are deepest inland and shallow at the mouth, where the glacier left its rubble.',
    },
    {
      id: 'enclaves',
      title: 'Countries inside countries',
      text: 'Three states lie wholly within another one: San Marino and Vatican City in Italy and Lesotho in South Africa. Their trade and transport depend on good terms with a single neighbour.',
    },
  ],
};
