import type { Subject } from '../types.ts';

export const photography: Subject = {
  id: 'photography',
  title: 'Photography',
  passages: [
    {
      id: 'blurred-background',
      title: 'A soft background',
      text: 'To throw the background out of focus, open the aperture wide, say f/1.8, use a longer lens and step nearer to the person. The greater the gap behind them, the creamier it looks.',
    },
    {
      id: 'rule-thirds',
      title: 'Off the middle',
      text: 'Divide the frame into nine equal parts and put the horizon or an eye on one of the lines instead of the middle. It is a starting point, not a law.',
    },
    {
      id: 'golden-hour',
      title: 'The best light of the day',
      text: 'For an hour after sunrise and before sunset the light is warm and comes from the side, so that shapes stand out. At noon it falls from above and puts dark hollows under the eyes.',
    },
    {
      id: 'shutter-motion',
      title: 'Freezing a movement',
      text: 'A five-hundredth of a second freezes a runner, a thousandth a bird in flight. For silky waterfalls use half a second and a tripod.',
    },
    {
      id: 'iso-noise',
      title: 'The price of high ISO',
      text: 'Raising the ISO number brightens a picture in poor light but also amplifies noise, seen as coloured grain. A longer exposure or a wider aperture gives cleaner results.',
    },
    {
      id: 'raw-jpeg',
      title: 'Raw or JPEG',
      text: 'A raw file keeps everything the sensor recorded, so brightness and white balance can be set later. A JPEG is finished in the camera, a quarter of the size and harder to rescue.',
    },
    {
      id: 'white-balance',
      title: 'Whites that are white',
      text: 'Lamplight is yellowish and shade bluish; the eye adapts but the camera has to be told. Set the white balance on a sheet of grey card or choose the matching preset.',
    },
    {
      id: 'tripod-sharp',
      title: 'Sharp without a tripod',
      text: 'Handheld pictures stay sharp down to about one second divided by the focal length: a 200th for a 200 mm lens. Lean on a wall and breathe out as you press.',
    },
    {
      id: 'red-eye',
      title: 'Red eyes',
      text: 'Red eyes appear when the flash sits close to the lens and lights up the back of the eye. Bounce the flash off the ceiling or ask people to look slightly to the side.',
    },
    {
      id: 'lens-cleaning',
      title: 'Dust on the lens',
      text: 'Blow loose dust away first, then wipe with a microfibre cloth in circles from the middle outwards. Grit under the cloth scratches the coating.',
    },
    {
      id: 'pinhole',
      title: 'A camera without a lens',
      text: "A hole as fine as a needle's point in a dark box throws an upside-down picture on the opposite side. The smaller the hole, the sharper and the dimmer it gets.",
    },
    {
      id: 'histogram',
      title: 'Reading the histogram',
      text: 'The histogram counts how many pixels are dark, medium and bright. A heap cut off at the right edge means that clouds or a shirt have burnt out and cannot be recovered.',
    },
    {
      id: 'group-blink',
      title: 'Groups without closed eyes',
      text: 'In a group of fewer than twenty, divide the number of people by three to know how many shots to take; in bad light divide by two. Somebody always blinks.',
    },
    {
      id: 'backlight',
      title: 'Faces against the window',
      text: 'Against a window a face turns into a dark shape, since the camera measures the bright pane. Add one or two stops of exposure or use a little flash.',
    },
    {
      id: 'photo-backup',
      title: 'Three copies',
      text: 'Keep three copies of every picture on two kinds of storage, one of them in another place. A disk in the same drawer burns with the first.',
    },
  ],
};
