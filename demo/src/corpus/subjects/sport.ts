import type { Subject } from '../types.ts';

export const sport: Subject = {
  id: 'sport',
  title: 'Sport',
  passages: [
    {
      id: 'offside',
      title: 'The offside rule',
      text: "In football a player is offside when, as the ball is passed, any part with which a goal may be scored is nearer to the goal line than both the ball and the second-last opponent. In one's own half it does not apply.",
    },
    {
      id: 'marathon-length',
      title: 'Why 42.195 kilometres',
      text: 'The first modern marathons varied in length. At the Games of 1908 in London the course ran from Windsor Castle to the royal box, and this distance became the standard in 1921.',
    },
    {
      id: 'stitch-running',
      title: 'A stitch in the side',
      text: 'A stitch often comes from starting too fast or eating shortly before a run. Slow down, press a hand on the spot and breathe out hard with each step of the other foot.',
    },
    {
      id: 'swim-breathing',
      title: 'Breathing in front crawl',
      text: 'In front crawl, breathe out steadily under water and turn the head with the roll of the body, just until the mouth is clear. Lifting the head makes the legs sink.',
    },
    {
      id: 'tennis-scoring',
      title: 'Fifteen, thirty, forty',
      text: 'A tennis game runs 15, 30, 40 and game, with a lead of two needed from deuce. Six games with a margin of two take a set; at six all a tie-break is normally played.',
    },
    {
      id: 'rest-days',
      title: 'Why muscles need rest',
      text: 'Training makes tiny tears in the muscles, and they grow stronger while they are repaired. Allow a muscle group about two days before the next hard session.',
    },
    {
      id: 'warm-up',
      title: 'Warming up',
      text: 'Ten minutes of easy movement raise the temperature of the muscles and make them more elastic. Long static stretching before a sprint costs power and is better done afterwards.',
    },
    {
      id: 'judo-belt',
      title: 'Coloured belts',
      text: 'Jigoro Kano founded judo in 1882 and soon had his best pupils wear a black belt. The colours between white and black came later, in Europe, to keep pupils motivated.',
    },
    {
      id: 'climbing-knot',
      title: 'The figure of eight',
      text: 'Climbers tie in with a figure-of-eight knot that is followed back through itself. Partner checks before each climb look at the knot, the harness buckle and the belay device.',
    },
    {
      id: 'chess-opening',
      title: 'How to begin a game of chess',
      text: 'Put a pawn in the centre, bring out knights and bishops and castle early. Moving the same piece twice or the queen too soon gives time away.',
    },
    {
      id: 'ski-turn',
      title: 'The first turns on skis',
      text: 'Beginners push the heels outwards into a wedge to control their speed. Weight on the right ski turns you to the left, and looking where you want to go does half the work.',
    },
    {
      id: 'cricket-lbw',
      title: 'Leg before wicket',
      text: 'A batter is out leg before wicket if the ball would have hit the stumps but met the body first. A ball that pitches outside leg stump can never count.',
    },
    {
      id: 'rowing-legs',
      title: 'Rowing comes from the legs',
      text: 'In rowing the legs do most of the work, then the back swings and only then do the arms pull. On the way forward it goes the other way round.',
    },
    {
      id: 'hydration-run',
      title: 'Drinking on a long run',
      text: 'For runs of under an hour nobody needs to carry a bottle. On longer ones drink to thirst; too much plain water can thin out the salt in the blood dangerously.',
    },
    {
      id: 'referee-cards',
      title: 'Yellow and red cards',
      text: 'Referee Ken Aston thought of the cards at traffic lights after a confused match in 1966. They were first used at the World Cup in Mexico in 1970.',
    },
  ],
};
