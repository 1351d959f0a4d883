import type { Subject } from '../types.ts';

export const clothes: Subject = {
  id: 'clothes',
  title: 'Clothes and cloth',
  passages: [
    {
      id: 'red-wine',
      title: 'Wine on the tablecloth',
      text: 'Blot a red wine spill at once, never rub. Cover it with salt or pour soda water through the cloth, then soak it in cool water with oxygen bleach before it goes into the wash.',
    },
    {
      id: 'wool-shrink',
      title: 'Why a jumper shrinks',
      text: 'The scales on wool fibres open in hot water and hook into one another when they are moved, so the knit felts and shrinks. Wash it cool, without wringing, and dry it flat.',
    },
    {
      id: 'denim-blue',
      title: 'The blue of jeans',
      text: 'Indigo sits on the outside of the cotton thread and does not soak in. Each wash and rub takes some away, which is why jeans fade at the knees first.',
    },
    {
      id: 'sew-button',
      title: 'Sewing on a button',
      text: 'Double the thread, come up from the back and go through the holes over a matchstick. Pull out the match, wind the thread round the stem three times and knot it underneath.',
    },
    {
      id: 'iron-labels',
      title: 'Dots on the iron',
      text: 'One dot on a care label means a cool iron for synthetics, two dots medium for wool and silk, three dots hot for cotton and linen. A crossed iron means none at all.',
    },
    {
      id: 'waterproof',
      title: 'Keeping out the rain',
      text: 'A breathable jacket has a membrane whose pores let vapour through but no drops. When rain no longer beads on the outside, wash it, renew the repellent and warm it in the dryer.',
    },
    {
      id: 'moths',
      title: 'Holes in the jumper',
      text: 'It is the larvae of clothes moths that eat wool, fur and silk, above all where it is dirty. Wash before storing, keep it in closed bags and freeze doubtful pieces for a few days.',
    },
    {
      id: 'cotton-crop',
      title: 'From boll to thread',
      text: 'Cotton fibres grow around the seeds of the plant and burst out of the boll when ripe. Ginning pulls off the seeds, carding combs the fibres parallel and spinning twists them.',
    },
    {
      id: 'zip-stuck',
      title: 'A zip that sticks',
      text: 'Rub the teeth of a stubborn zip with a candle or a pencil and work the slider up and down. If the teeth part behind the slider, squeeze it gently with pliers.',
    },
    {
      id: 'layers-cold',
      title: 'Three layers for the cold',
      text: 'Wear a thin layer that carries sweat off, a thick one that holds air and an outer one that stops wind. Open it before you start to sweat, since damp cloth chills.',
    },
    {
      id: 'shoe-polish',
      title: 'Leather that lasts',
      text: 'Brush off the dirt, rub in cream with a cloth, wait ten minutes and brush to a shine. Give leather shoes a day off between two wearings and dry them with newspaper, never on a heater.',
    },
    {
      id: 'sweat-smell',
      title: 'Why polyester smells',
      text: 'Sweat itself hardly smells; bacteria break it down. They cling well to polyester, and its oily traces resist cool washing, so sports shirts need a soak in vinegar or soda.',
    },
    {
      id: 'grass-stain',
      title: 'Grass on the knees',
      text: 'Chlorophyll and proteins make grass marks stubborn. Dab them with alcohol, rinse and treat with a detergent with enzymes; heat would set them for good.',
    },
    {
      id: 'linen-crease',
      title: 'Cool but creased',
      text: 'Linen feels cool because its smooth, hollow fibres carry moisture and heat away. They have little stretch, so every fold stays until it is ironed damp.',
    },
    {
      id: 'dye-run',
      title: 'Colours that run',
      text: 'Wash a new dark garment alone the first time. To test it, press a damp white cloth on a seam: what comes off there would also have come off on your shirts.',
    },
  ],
};
