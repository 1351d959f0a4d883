import type { Subject } from '../types.ts';

export const bicycles: Subject = {
  id: 'bicycles',
  title: 'Bicycles',
  passages: [
    {
      id: 'fix-flat',
      title: 'Patching an inner tube',
      text: 'To mend a flat, lever one side of the tyre off the rim, pull out the tube, pump it up a little and listen for the hiss. Roughen the rubber there, spread glue, let it go dull and press a patch on firmly.',
    },
    {
      id: 'chain-clean',
      title: 'A clean chain',
      text: 'Wipe the chain with a rag and a little degreaser, let it dry and put one drop of oil on each roller. Wipe off what is left on the outside, because it only collects grit.',
    },
    {
      id: 'saddle-height',
      title: 'How high to sit',
      text: 'Sit on the saddle with a heel on the pedal at its lowest point: the leg should be just straight. With the ball of the foot on the pedal the knee then keeps a slight bend.',
    },
    {
      id: 'gears-hill',
      title: 'Shifting for a climb',
      text: 'Change to an easier gear before the slope gets steep, while there is little load on the chain. Spinning lightly at eighty turns a minute tires the legs less than grinding a big gear.',
    },
    {
      id: 'brake-pads',
      title: 'Worn brake pads',
      text: 'Replace rim-brake pads when the grooves have gone, and disc pads when less than a millimetre of lining is left. A scraping noise means that metal is already rubbing on metal.',
    },
    {
      id: 'tyre-pressure',
      title: 'How hard to pump',
      text: 'Wider tyres need less pressure than narrow ones: about two to three bar for a broad city tyre and six or seven for a thin racing tyre. Too much air makes the ride harsh and no faster.',
    },
    {
      id: 'true-wheel',
      title: 'A wobbling rim',
      text: 'A rim that wobbles to the left is pulled back by tightening the spokes on the right and easing those on the left, a quarter turn at a time. Spin it after every change.',
    },
    {
      id: 'lock-frame',
      title: 'Locking up',
      text: 'Put a solid lock through the frame and the rear triangle and around something that is fixed to the ground. Cable locks alone are cut in seconds; two different locks discourage most thieves.',
    },
    {
      id: 'lights-law',
      title: 'Being seen after dark',
      text: 'Most countries require a white lamp in front, a red one behind and reflectors for riding at night. Aim the front beam slightly down so that it does not dazzle people coming towards you.',
    },
    {
      id: 'stay-upright',
      title: 'Why a bike stays up',
      text: 'A moving bike stays upright because it steers into the fall: when it leans left the front wheel turns left and brings the wheels back under the weight. Gyroscopic effects help but are not needed.',
    },
    {
      id: 'ebike-range',
      title: 'How far an e-bike goes',
      text: 'A battery of 500 watt-hours carries an e-bike some forty to a hundred kilometres. Hills, wind, cold, a heavy load and the strongest assistance level shorten the distance.',
    },
    {
      id: 'helmet-fit',
      title: 'A helmet that fits',
      text: 'A helmet sits level, two fingers above the eyebrows, with the straps meeting just under each ear. Replace it after any crash, even when no crack shows, because the foam protects only once.',
    },
    {
      id: 'squeaky-pedal',
      title: 'Finding a creak',
      text: 'A creak once every turn of the cranks usually comes from a dry pedal thread or chainring bolt; one that goes on while coasting does not. Clean, grease and tighten the parts one by one.',
    },
    {
      id: 'left-thread',
      title: 'The odd thread',
      text: 'The left pedal has a left-hand thread, so it loosens clockwise. This keeps it from unscrewing itself as you ride.',
    },
    {
      id: 'wet-road',
      title: 'Riding in the rain',
      text: 'Painted lines, tram rails and metal covers become slippery when wet; cross rails at nearly a right angle. Brake earlier than usual, since wet rims take a turn or two to grip.',
    },
  ],
};
