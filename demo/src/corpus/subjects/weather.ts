import type { Subject } from '../types.ts';

export const weather: Subject = {
  id: 'weather',
  title: 'Weather',
  passages: [
    {
      id: 'count-thunder',
      title: 'Counting after the flash',
      text: 'Count the seconds between a flash of lightning and the thunder and divide by three: that is how many kilometres off it struck. Under ten kilometres you are already within reach, so go indoors.',
    },
    {
      id: 'rain-smell',
      title: 'The scent after rain',
      text: 'The earthy scent after a dry spell comes partly from geosmin, a substance made by soil bacteria. Raindrops trap air as they hit the ground and fling it up as a fine spray.',
    },
    {
      id: 'fog-form',
      title: 'How fog forms',
      text: 'Fog is a cloud that touches the ground. On clear calm nights the ground loses heat, the air above cools until it cannot hold its moisture, and droplets appear.',
    },
    {
      id: 'rainbow',
      title: 'Where a rainbow stands',
      text: "A rainbow appears opposite the sun, at about 42 degrees from the point where your head's shadow falls. Light is bent on entering each drop, mirrored at the back and bent again.",
    },
    {
      id: 'wind-cause',
      title: 'What makes the wind',
      text: 'The sun warms the Earth unevenly. Warm air rises and leaves lower pressure, and air flows in from where the pressure is higher; the turning of the planet bends its path.',
    },
    {
      id: 'hail',
      title: 'Layers of hail',
      text: 'Hailstones grow in tall thunderclouds where strong updraughts carry them through freezing water again and again. Cut in half, a large one shows rings like an onion.',
    },
    {
      id: 'hurricane-sea',
      title: 'Fuel for hurricanes',
      text: 'A hurricane draws its power from sea water of at least about 26 degrees. Over land it loses this supply and weakens within a day or two, though its rain may go on.',
    },
    {
      id: 'blue-sky',
      title: 'Why the sky is blue',
      text: 'Molecules of air scatter short waves of light far more than long ones, so blue comes at us from every side. At sunset the light crosses more air and mostly red is left.',
    },
    {
      id: 'dew-point',
      title: 'Dew on the grass',
      text: 'The dew point is the temperature at which air is full of moisture. When a leaf cools below it at night, water settles on it as dew, or as frost if it is below zero.',
    },
    {
      id: 'el-nino',
      title: 'El Niño',
      text: 'Every few years the trade winds over the Pacific slacken and warm water drifts towards South America. Floods in Peru and drought in Indonesia and Australia often follow.',
    },
    {
      id: 'snow-quiet',
      title: 'Why fresh snow is quiet',
      text: 'Fresh snow is full of small gaps that swallow sound, which is why a street seems hushed after snowfall. When it melts and freezes into ice, the surface throws sound back.',
    },
    {
      id: 'wind-chill',
      title: 'Colder than it says',
      text: 'Wind carries away the thin layer of warm air around the skin, so it feels colder than the thermometer shows. A parked car does not get colder than the air, only cools faster.',
    },
    {
      id: 'cloud-names',
      title: 'Names of clouds',
      text: 'In 1802 Luke Howard sorted clouds into cirrus, cumulus and stratus: curl, heap and layer. Adding nimbus for rain, the combined names are still used.',
    },
    {
      id: 'weather-front',
      title: 'When a cold front passes',
      text: 'A cold front pushes under warm air and lifts it quickly. Expect a short spell of heavy showers, a jump in pressure, a wind that swings round and then clear, cooler air.',
    },
    {
      id: 'forecast-limit',
      title: 'How far ahead forecasts reach',
      text: 'Forecasts are good for about a week and lose their value after two. Tiny errors in what was measured double every couple of days, so centres run many forecasts side by side.',
    },
  ],
};
