// `felhom guests list`: as `felhom guests`, for whoever types it as the other lists.
import type { Command } from '../command.ts';
import { guestsCommand } from './guests.ts';

export const guestsListCommand: Command = {
  ...guestsCommand,
  name: 'guests list',
  summary: 'command.guests-list',
};
