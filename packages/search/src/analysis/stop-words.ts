/** English words that carry no subject, folded. */
export const ENGLISH_STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all almost alone along already also although always am among an and
  another any anyone anything are arent around as at away be because been before being below between both
  but by can cannot cant come could couldnt did didnt do does doesnt doing done dont down during each
  either else enough even ever every everyone everything few for from further get gets give given go goes
  going got had has hasnt have havent having he her here hers herself him himself his how i if im in
  instead into is isnt it its itself ive just keep least less let like made make makes many may me might
  more most much must my myself near nearly neither never next no nobody none nor not nothing now of off
  often on once one only onto or other others ought our ours out over own per perhaps please put quite
  rather really same several shall she should since so some someone something still such take than that the
  their theirs them themselves then there these they this those though through thus till to together too
  toward towards under until up upon us use used using usually very was way we well were what when whenever
  where whether which while who whole whom whose why will with within without wont would yes yet you your
  yours yourself`.split(/\s+/),
);
