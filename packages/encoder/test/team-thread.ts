/** A thread of Node that computes with a team. */
import { parentPort } from 'node:worker_threads';
import { TeamMate, type TeamMessage } from '../src/index.ts';

const mate = new TeamMate();
parentPort!.on('message', (message: TeamMessage) => mate.take(message));
