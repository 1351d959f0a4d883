import type { Command } from '../command.ts';
import { api } from './api.ts';
import { proxy } from './proxy.ts';
import { serve } from './serve.ts';

/** The verbs of `nearfield`, in the order of `nearfield --help`. One file each. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  api,
  serve,
  proxy,
};
