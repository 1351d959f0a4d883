import type { Subject } from '../types.ts';

export const health: Subject = {
  id: 'health',
  title: 'Health',
  passages: [
    {
      id: 'nosebleed',
      title: 'Stopping a nosebleed',
      text: 'For a nosebleed, sit upright, lean forward and pinch the soft part of the nose for ten minutes without peeking. Leaning back only sends it down the throat. See a doctor if it goes on for longer than half an hour.',
    },
    {
      id: 'burn-cool',
      title: 'Cooling a burn',
      text: 'Hold a fresh burn under cool running water for twenty minutes and take off rings nearby. Use no ice, butter or toothpaste; cover it loosely with cling film and get help if it is large.',
    },
    {
      id: 'sleep-hours',
      title: 'How much sleep',
      text: 'Most adults need seven to nine hours of sleep, teenagers eight to ten. Regular times, a dark cool room and no coffee after lunch help more than lying in at weekends.',
    },
    {
      id: 'hand-washing',
      title: 'Twenty seconds of soap',
      text: 'Rub wet hands with soap for twenty seconds, also between the fingers and under the nails. Soap lifts off germs and breaks up the fatty coat of many viruses.',
    },
    {
      id: 'vaccine-memory',
      title: 'How a vaccine teaches',
      text: 'A vaccine shows the immune system a harmless piece or a weakened form of a germ. Memory cells remain, so that the real one meets a quick response when it arrives.',
    },
    {
      id: 'antibiotic-virus',
      title: 'What antibiotics cannot do',
      text: 'Antibiotics kill bacteria or stop them growing, and do nothing against viruses such as those of a cold. Needless courses breed resistant bacteria.',
    },
    {
      id: 'back-lifting',
      title: 'Lifting with the legs',
      text: 'To lift a box, stand close, bend the knees, keep the load near the body and rise with the legs. Do not twist while you carry; turn with your feet.',
    },
    {
      id: 'sunscreen',
      title: 'Enough cream for the sun',
      text: 'Put on sunscreen a quarter of an hour before going out, about two tablespoons for the whole body, and again every two hours and after swimming. Shade and a hat protect better still.',
    },
    {
      id: 'hiccups',
      title: 'Hiccups',
      text: 'A hiccup is a sudden cramp of the diaphragm followed by a snap of the vocal cords. Holding the breath or sipping cold water often ends them, and most are gone within minutes.',
    },
    {
      id: 'tick-removal',
      title: 'Taking out a tick',
      text: 'Grip a tick with fine tweezers as near to the skin as possible and pull straight out without twisting. Watch the place for some weeks: a spreading red ring needs a doctor.',
    },
    {
      id: 'blood-pressure',
      title: 'Two numbers of blood pressure',
      text: 'The higher number is the pressure while the heart squeezes, the lower one while it fills. Measure sitting, rested, with the arm at heart height; below 120 over 80 is considered ideal for adults.',
    },
    {
      id: 'fever-use',
      title: 'What a fever is for',
      text: "A fever is a setting of the body's thermostat that makes life harder for germs. In adults it needs treatment for comfort rather than for safety unless it is very high or lasts several days.",
    },
    {
      id: 'screen-eyes',
      title: 'Tired eyes at the screen',
      text: 'People blink less when they stare at a screen, so the eyes dry out and smart. Every twenty minutes look at something far away for twenty seconds and blink on purpose.',
    },
    {
      id: 'cpr',
      title: 'Pressing hard and fast',
      text: 'If someone collapses and does not breathe normally, call for help and press down in the middle of the chest five to six centimetres deep, 100 to 120 times a minute, until help comes.',
    },
    {
      id: 'dehydration-signs',
      title: 'When to drink more',
      text: 'Dark urine, a dry mouth, headache and dizziness on standing up point to a lack of fluid. In diarrhoea, a solution of water, sugar and salt is taken up far better than water alone.',
    },
  ],
};
