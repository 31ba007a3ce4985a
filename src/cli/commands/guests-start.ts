// `felhom guests start VMID`: starts a guest.
import { defineGuestCommand } from '../guest-command.ts';

export const guestsStartCommand = defineGuestCommand('start', 'command.guests-start');
