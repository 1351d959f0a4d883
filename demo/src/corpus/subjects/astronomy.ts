import type { Subject } from '../types.ts';

export const astronomy: Subject = {
  id: 'astronomy',
  title: 'Astronomy',
  passages: [
    {
      id: 'moon-face',
      title: 'One face of the Moon',
      text: 'The Moon turns once on its axis in exactly the time it takes to go round the Earth, so the same half is always towards us. The pull of the Earth slowed its spin until the two matched.',
    },
    {
      id: 'seasons-tilt',
      title: 'The cause of the seasons',
      text: "Seasons come from the tilt of the Earth's axis, about 23.4 degrees. In June the northern half leans towards the Sun, gets longer days and steeper rays; in December it leans away.",
    },
    {
      id: 'star-twinkle',
      title: 'Why stars twinkle',
      text: 'Starlight is bent this way and that by moving pockets of warm and cold air, so a star seems to flicker. Planets show a small disc instead of a point, and their light stays steadier.',
    },
    {
      id: 'light-year',
      title: 'A measure of distance',
      text: 'A light-year is the distance that light covers in a year, about 9.5 million million kilometres. The nearest star after the Sun, Proxima Centauri, is a little over four light-years away.',
    },
    {
      id: 'saturn-rings',
      title: 'The rings of Saturn',
      text: "Saturn's rings are made of countless pieces of ice and rock, from dust grains to boulders as large as houses. They span some 280,000 kilometres but are mostly only tens of metres thick.",
    },
    {
      id: 'black-hole',
      title: 'Where light cannot leave',
      text: 'A black hole is a region where so much mass is packed together that nothing, not even light, can get out. We notice it by the hot gas falling in and by the orbits of stars near it.',
    },
    {
      id: 'shooting-star',
      title: 'What a shooting star is',
      text: 'A shooting star is a grain of dust, often no bigger than a pea, that hits the upper air at tens of kilometres a second. The air in front of it glows and the grain burns up.',
    },
    {
      id: 'solar-eclipse',
      title: 'A shadow on the Earth',
      text: 'A solar eclipse happens when the Moon passes exactly between us and the Sun. The total phase lasts a few minutes and only along a narrow track; never look at the partial phase without a filter.',
    },
    {
      id: 'sun-fuel',
      title: 'What keeps the Sun shining',
      text: 'In the core of the Sun, hydrogen nuclei fuse into helium and release energy. There is enough hydrogen for about five thousand million more years.',
    },
    {
      id: 'pluto-status',
      title: 'Why Pluto was demoted',
      text: 'Since 2006 a planet must have cleared its orbit of other bodies. Pluto shares its region with many icy objects and is therefore listed as a dwarf planet.',
    },
    {
      id: 'milky-way',
      title: 'Our galaxy from inside',
      text: 'The pale band across a dark sky is the disc of our own galaxy, seen from within. It holds a few hundred thousand million stars, and we circle its centre once in about 230 million years.',
    },
    {
      id: 'mars-red',
      title: 'The colour of Mars',
      text: 'Mars looks red because its dust is rich in iron oxide, which is plain rust. Its sunsets, on the other hand, are bluish, since fine dust scatters light in another way than air does.',
    },
    {
      id: 'telescope-mirror',
      title: 'Mirrors beat lenses',
      text: 'Large telescopes gather light with a mirror instead of a lens. A mirror can be supported from behind, brings all colours to the same focus and has only one surface to polish.',
    },
    {
      id: 'space-station',
      title: 'Falling around the Earth',
      text: 'Astronauts on a space station are not beyond gravity; it is nearly as strong there as on the ground. They float because they and their ship fall together, all the way round the planet.',
    },
    {
      id: 'comet-tail',
      title: 'The tail of a comet',
      text: 'When a comet comes near the Sun its ices turn to gas and carry dust along. Sunlight and the solar wind push this into tails that always point away from the Sun, whichever way the comet moves.',
    },
  ],
};
