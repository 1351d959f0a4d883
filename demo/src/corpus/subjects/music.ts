import type { Subject } from '../types.ts';

export const music: Subject = {
  id: 'music',
  title: 'Music',
  passages: [
    {
      id: 'guitar-tuning',
      title: 'Tuning a guitar',
      text: 'The strings of a guitar are tuned to E, A, D, G, B and E from low to high. Turn up to the note from below, because a string that has been let down tends to slip further.',
    },
    {
      id: 'octave',
      title: 'Twice as fast',
      text: 'A note an octave higher vibrates twice as fast. The ear hears the two as nearly the same, which is why they carry the same letter.',
    },
    {
      id: 'metronome',
      title: 'Practising slowly',
      text: 'Play a hard passage at a speed where you make no mistakes, then move the metronome up two or three beats at a time. Errors that are repeated get learned as well.',
    },
    {
      id: 'violin-bow',
      title: 'Rosin on the bow',
      text: 'Rosin makes the hair of a bow sticky, so that it grips the string, lets go and grips again hundreds of times a second. Without it the bow slides and hardly makes a sound.',
    },
    {
      id: 'major-minor',
      title: 'Bright and dark',
      text: 'A minor chord differs from a major one by a single note, the third, which lies a semitone lower. Listeners in Western cultures tend to call the one sad and the other happy.',
    },
    {
      id: 'brass-valves',
      title: 'What valves do',
      text: 'Pressing a valve on a trumpet sends the air through an extra length of tubing and lowers the note. With three valves and the lips a player reaches every semitone.',
    },
    {
      id: 'earworm',
      title: 'Tunes that will not leave',
      text: 'A tune that keeps going round in the head is called an earworm. Chewing gum or listening to the piece right to the end often makes it go away.',
    },
    {
      id: 'blues-form',
      title: 'Twelve bars',
      text: 'The twelve-bar blues uses three chords in a fixed order: four bars on the first, two on the fourth, two home, then the fifth, the fourth and home. Countless rock songs follow it.',
    },
    {
      id: 'orchestra-tuning',
      title: 'The oboe gives the note',
      text: 'Orchestras tune to an A played by the oboe, whose tone is steady and cuts through the others. In most countries the A is at 440 hertz or slightly above.',
    },
    {
      id: 'piano-hammers',
      title: 'How a piano sounds',
      text: 'A piano key throws a felt hammer at the strings and lets it fall back at once, while a damper lifts. The harder the key is struck, the faster the hammer flies and the louder the tone.',
    },
    {
      id: 'singing-breath',
      title: 'Air for singing',
      text: 'Singers breathe low, so that the belly and the lower ribs widen while the shoulders stay down. The breath is let out slowly and evenly under the tone.',
    },
    {
      id: 'loudness-hearing',
      title: 'Music and your ears',
      text: 'Eighty-five decibels for eight hours a day already harms hearing, and every three decibels more halve the safe time. Ringing after a concert is a warning; wear plugs next time.',
    },
    {
      id: 'gamelan',
      title: 'Gamelan',
      text: 'A gamelan is an ensemble of bronze gongs and metallophones from Java and Bali. Two instruments are often tuned slightly apart on purpose, and the beating between them makes the sound shimmer.',
    },
    {
      id: 'bach-fugue',
      title: 'What a fugue is',
      text: 'In a fugue one voice starts alone with a short theme, and the others enter one after another with the same theme at a different height. The fun is in how they fit together.',
    },
    {
      id: 'vinyl-groove',
      title: 'Music in a groove',
      text: 'A record holds sound as waves in the walls of a spiral groove. The stylus follows them and its tiny movements are turned into current; the two walls carry left and right.',
    },
  ],
};
