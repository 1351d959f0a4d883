import type { Subject } from '../types.ts';

export const science: Subject = {
  id: 'science',
  title: 'Everyday science',
  passages: [
    {
      id: 'ice-floats',
      title: 'Why ice floats',
      text: 'Water expands by about nine per cent when it freezes, since its molecules lock into an open lattice. Ice is therefore lighter than the liquid, and lakes freeze from the top while fish live on below.',
    },
    {
      id: 'rust',
      title: 'How iron rusts',
      text: 'Iron rusts when it meets oxygen and water together, and salt speeds it up. Paint keeps both out; zinc coating goes further and sacrifices itself even where it is scratched.',
    },
    {
      id: 'soap-grease',
      title: 'How soap removes grease',
      text: 'One end of a soap molecule clings to water, the other to fat. They surround a droplet of grease with the fatty ends inwards, and the rinse carries it away.',
    },
    {
      id: 'lever',
      title: 'Longer arm, lighter load',
      text: 'A lever trades distance for force: push down a metre to lift a stone by ten centimetres and you need only a tenth of the force. No work is saved, only spread out.',
    },
    {
      id: 'static-shock',
      title: 'A spark from the door handle',
      text: 'Walking on carpet in dry air moves electrons from one material to the other. Your body keeps the charge until you touch metal and it jumps across with a small spark.',
    },
    {
      id: 'mirror-left',
      title: 'What a mirror swaps',
      text: 'A mirror does not swap left and right but front and back. We imagine ourselves walking round behind it and then find the hands on the wrong side.',
    },
    {
      id: 'half-life',
      title: 'Half and half again',
      text: 'After one half-life half of the atoms of a radioactive substance have decayed, after two a quarter remains, after ten about a thousandth. Carbon-14 takes some 5,700 years and dates old wood.',
    },
    {
      id: 'aeroplane-lift',
      title: 'What holds an aeroplane up',
      text: 'A wing throws air downwards, and the air pushes the wing upwards in return. The stream above runs faster and has lower pressure, which is another way of describing the same thing.',
    },
    {
      id: 'microwave-oven',
      title: 'How a microwave oven heats',
      text: 'The waves in the oven make water molecules turn back and forth billions of times a second, and this motion is heat. They enter a few centimetres deep; the middle warms by conduction.',
    },
    {
      id: 'magnets-iron',
      title: 'Why a magnet sticks',
      text: 'In iron the atoms act as tiny magnets that form small domains. A nearby magnet lines the domains up, and the iron becomes a magnet itself as long as it is there.',
    },
    {
      id: 'acid-indicator',
      title: 'A cabbage that measures acid',
      text: 'Boil red cabbage and keep the purple juice. It turns red in vinegar or lemon juice and greenish in soda or soap, and so shows whether something is acid or alkaline.',
    },
    {
      id: 'doppler',
      title: 'A siren going past',
      text: 'As a siren comes towards you the waves are squeezed and the note is higher; going away it drops. In the same way the light of receding galaxies is shifted to red.',
    },
    {
      id: 'battery-cell',
      title: 'What is in a battery',
      text: 'In a battery one metal gives up electrons more readily than the other. They can reach it only through the wire, and on the way they do the work you want.',
    },
    {
      id: 'boiling-altitude',
      title: 'Boiling on a mountain',
      text: 'Water boils when its vapour pressure equals that of the air. At 3,000 metres that is already at about 90 degrees, so beans and tea take more time.',
    },
    {
      id: 'leaf-colours',
      title: 'Leaves in autumn',
      text: 'In autumn trees take the green chlorophyll back out of their leaves. The yellow was there all along and becomes visible, while red is freshly made in some kinds.',
    },
  ],
};
