import type { Subject } from '../types.ts';

export const homeRepair: Subject = {
  id: 'home-repair',
  title: 'Home repair',
  passages: [
    {
      id: 'dripping-tap',
      title: 'A tap that drips',
      text: 'A dripping tap mostly needs a new washer or cartridge. Shut off the supply, open the tap to empty the pipe, undo the nut below the handle and take the old part along to the shop.',
    },
    {
      id: 'blocked-sink',
      title: 'Clearing a slow sink',
      text: 'Put a bucket under the bend, unscrew it by hand and clean it out. If the blockage is further along, a plunger or a drain snake reaches it; hot fat poured down the sink is the usual cause.',
    },
    {
      id: 'wall-plug',
      title: 'Fixing a shelf to the wall',
      text: 'Find out what the wall is made of: solid brick takes plastic plugs, plasterboard needs cavity anchors or screws into a stud. Keep away from the lines straight above and beside sockets, where cables run.',
    },
    {
      id: 'fuse-trips',
      title: 'A breaker that trips',
      text: 'Unplug everything on the circuit, switch the breaker on again and plug things in one at a time. The one that trips it is faulty, or the circuit was carrying too much at once.',
    },
    {
      id: 'radiator-air',
      title: 'A radiator cold at the top',
      text: 'Air collects at the top of a radiator and keeps the hot water out. Turn off the pump, open the small valve with a key until water comes and top up the pressure afterwards.',
    },
    {
      id: 'paint-wall',
      title: 'Painting a room',
      text: 'Clean the walls, fill holes and sand them smooth, and tape the edges. Cut in along the corners with a brush, roll the rest from the window inwards and pull off the tape before the paint is quite dry.',
    },
    {
      id: 'squeaky-door',
      title: 'A squeaking hinge',
      text: 'Lift the pin out of the hinge, wipe off rust and dirt and coat it with petroleum jelly or oil. Work the door a few times and wipe away what comes out.',
    },
    {
      id: 'mould-room',
      title: 'Mould in the corner',
      text: 'Mould grows where moist air meets a cold wall. Air the room several times a day with the windows wide open, move furniture away from outside walls and keep humidity under sixty per cent.',
    },
    {
      id: 'draught-window',
      title: 'Draughts round a window',
      text: 'Hold a candle or a strip of tissue near the frame to find where air comes in. Self-adhesive rubber seals for the moving part and acrylic filler for gaps at the wall cost little and save heat.',
    },
    {
      id: 'stripped-screw',
      title: 'A screw that will not turn',
      text: 'Lay a wide rubber band over a worn screw head, press the driver in hard and turn slowly. If this fails, cut a slot with a small saw or use a left-hand drill bit.',
    },
    {
      id: 'grout-tiles',
      title: 'New grout',
      text: 'Scrape out the old grout two or three millimetres deep, press new grout in diagonally with a rubber float and wash the haze off with a damp sponge after a quarter of an hour.',
    },
    {
      id: 'smoke-alarm',
      title: 'Where smoke alarms go',
      text: 'Put a smoke alarm on the ceiling of each bedroom and of the hall that leads out. Test it every month and replace the whole unit after ten years, because the sensor ages.',
    },
    {
      id: 'toilet-runs',
      title: 'A toilet that keeps running',
      text: 'Lift the lid of the cistern and press the float up. If the water stops, set the float lower; if it goes on trickling into the bowl, the seal at the bottom is worn or chalky.',
    },
    {
      id: 'limescale',
      title: 'Getting rid of limescale',
      text: 'Limescale is a carbonate and dissolves in weak acids such as vinegar or citric acid. Leave it for half an hour, scrub and rinse; never use acid on marble, and never mix it with bleach.',
    },
    {
      id: 'loose-chair',
      title: 'A wobbly chair',
      text: 'Take the loose joint apart, scrape off the old glue down to bare wood and glue it again with wood glue. Hold it with a clamp or a twisted cord until the next day.',
    },
  ],
};
