import type { Subject } from '../types.ts';

export const travel: Subject = {
  id: 'travel',
  title: 'Travel',
  passages: [
    {
      id: 'jet-lag',
      title: 'Beating jet lag',
      text: 'After flying across several time zones, take on the local hours at once and get daylight: in the evening after going west, in the morning after going east. The body shifts by about an hour a day.',
    },
    {
      id: 'pack-light',
      title: 'A bag for any trip',
      text: 'Lay out what you want to take and put back a third. Clothes in two matching colours, rolled instead of folded, and soap in a bar see you through a month.',
    },
    {
      id: 'passport-copy',
      title: 'If the passport is lost',
      text: 'Keep a photo of your passport apart from it. If it is lost, report it to the police, take the report and two pictures to your consulate and ask for an emergency document.',
    },
    {
      id: 'altitude-sickness',
      title: 'Slowly up the mountain',
      text: 'Above 2,500 metres sleep no more than about 500 metres higher each night and rest every third day. Headache with confusion or a staggering walk means going down at once.',
    },
    {
      id: 'train-sleeper',
      title: 'Travelling by night train',
      text: 'In a couchette you share a compartment with up to six bunks; a sleeper has beds and a wash-basin. Take the lower bunk if you like to sit, the upper one for quiet.',
    },
    {
      id: 'seasick',
      title: 'Steady on a ship',
      text: 'Stay in the middle of the ship, low down, or on deck with your eyes on the horizon. The queasiness comes from what the eyes report and the inner ear denies; ginger helps some people.',
    },
    {
      id: 'tap-water-abroad',
      title: 'Water you can trust',
      text: 'Where the supply is doubtful, boil water for a minute, or three minutes above 2,000 metres. Ice cubes and salad washed in it carry the same germs.',
    },
    {
      id: 'cabin-ears',
      title: 'Ears on landing',
      text: 'During descent the air pressure in the cabin rises and the middle ear lags behind. Swallow, yawn, or hold your nose and blow gently; a baby can suck a bottle.',
    },
    {
      id: 'map-compass',
      title: 'North without a phone',
      text: 'In the northern hemisphere point the hour hand of a watch at the sun: south lies halfway between the hand and twelve, on standard time. At night follow the outer edge of the Plough to the Pole Star.',
    },
    {
      id: 'plug-adaptor',
      title: 'Plugs around the world',
      text: 'A plug adaptor changes the shape of the pins, not the voltage. Look at the label of the charger: if it says 100 to 240 volts, it works everywhere.',
    },
    {
      id: 'haggling',
      title: 'Haggling politely',
      text: 'Where prices are open, start at about half, smile and be ready to walk away. Once your offer is accepted you have bought it, so name only a price you mean to pay.',
    },
    {
      id: 'tent-pitch',
      title: 'Where to pitch a tent',
      text: 'Choose level ground a little above its surroundings, away from dead branches and dry river beds. Turn the narrow end into the wind and peg out the lee side last.',
    },
    {
      id: 'visa-six-months',
      title: 'Six months of validity',
      text: 'Many countries let you in only if the passport is valid for six more months and has two empty pages. Check this before buying the ticket, since airlines turn people away.',
    },
    {
      id: 'luggage-delayed',
      title: 'When the suitcase does not come',
      text: 'Report a missing suitcase at the desk before you leave the hall and keep the reference number. The airline pays for things you need meanwhile, so keep the receipts.',
    },
    {
      id: 'campfire',
      title: 'Leaving no trace of a fire',
      text: 'Use existing fire rings, keep flames small and burn only dead wood lying on the ground. Drown the embers, stir them and drown them again until you can put a hand on them.',
    },
  ],
};
