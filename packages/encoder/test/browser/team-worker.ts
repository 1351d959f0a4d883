/** A worker that computes with a team. */
import { TeamMate, type TeamMessage } from '../../src/index.ts';

const mate = new TeamMate();
self.onmessage = ({ data }: MessageEvent<TeamMessage>) => mate.take(data);
