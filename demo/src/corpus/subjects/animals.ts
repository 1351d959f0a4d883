import type { Subject } from '../types.ts';

export const animals: Subject = {
  id: 'animals',
  title: 'Animals',
  passages: [
    {
      id: 'dolphin-rest',
      title: 'Half a brain at a time',
      text: 'Dolphins rest with one half of the brain at a time. The other half stays alert enough to bring the animal up for air and to watch for sharks, and one eye usually remains open.',
    },
    {
      id: 'octopus-hearts',
      title: 'Three hearts and blue blood',
      text: 'An octopus has three hearts: two push blood through the gills and one serves the rest of the body. The blood is blue because it carries oxygen with copper instead of iron.',
    },
    {
      id: 'bees-dance',
      title: 'The waggle dance',
      text: 'A honeybee that has found nectar runs a figure of eight on the comb. The angle of the straight run gives the direction relative to the sun, and its length gives the distance to the flowers.',
    },
    {
      id: 'bat-echo',
      title: 'Hunting by echo',
      text: 'Most small bats hunt in darkness by shouting at a pitch that people cannot hear. The echoes that come back tell them how far away a moth is and which way it is flying.',
    },
    {
      id: 'cat-purr',
      title: 'Why cats purr',
      text: 'Cats purr by twitching the muscles of the voice box many times a second while they breathe in and out. They do it when content, but also when hurt or frightened, perhaps to soothe themselves.',
    },
    {
      id: 'penguin-huddle',
      title: 'Keeping warm in the huddle',
      text: 'Emperor penguins stand packed together through the Antarctic winter. Birds at the windy edge slowly shuffle inwards while warm ones move out, so that each takes a turn in the middle.',
    },
    {
      id: 'camel-hump',
      title: 'What is in a hump',
      text: "A camel's hump stores fat, not water. The animal saves moisture in other ways: it produces very concentrated urine, lets its body temperature climb by day and can drink a hundred litres in a few minutes.",
    },
    {
      id: 'elephant-trunk',
      title: 'The work of a trunk',
      text: "An elephant's trunk has no bones and tens of thousands of muscle bundles. It is used to smell, to drink, to greet relatives and to pick up anything from a tree trunk to a single peanut.",
    },
    {
      id: 'spider-silk',
      title: 'Silk stronger than it looks',
      text: 'Weight for weight, the dragline silk of an orb spider is about as strong as steel and far more stretchy. The spider makes it from liquid protein that hardens as it is pulled out.',
    },
    {
      id: 'salmon-home',
      title: 'The way back to the river',
      text: "Adult salmon leave the ocean and climb back to the stream where they hatched. They seem to steer by the Earth's magnetic field at sea and to follow the remembered smell of the stream near the end.",
    },
    {
      id: 'chameleon-colour',
      title: 'Colour for talking',
      text: 'Chameleons change colour mainly to signal mood and to control temperature, less to hide. Tiny crystals in the skin move closer together or further apart and reflect different light.',
    },
    {
      id: 'owl-quiet',
      title: 'Silent wings',
      text: "An owl's flight feathers have a soft fringe and a velvety surface that break up the rush of air. Because it makes so little noise, a vole in the grass rarely notices the attack.",
    },
    {
      id: 'ants-trail',
      title: 'Following the trail',
      text: 'An ant that finds crumbs marks its way back to the nest with a scented line. Others follow it and add to it, and the line fades once the crumbs are gone.',
    },
    {
      id: 'hedgehog-winter',
      title: 'A long winter nap',
      text: 'Hedgehogs hibernate in a nest of leaves from late autumn to spring. Their heartbeat falls from nearly two hundred to around twenty beats a minute, and they live on fat put on in autumn.',
    },
    {
      id: 'whale-song',
      title: 'Songs that travel',
      text: 'Male humpback whales repeat long patterns of moans and cries that can be heard many kilometres away under water. All males of a region sing the same version, which changes from year to year.',
    },
  ],
};
