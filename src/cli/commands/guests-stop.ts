// `felhom guests stop VMID [--confirm VMID]`: shuts a guest down, in order.
import { defineGuestCommand } from '../guest-command.ts';

export const guestsStopCommand = defineGuestCommand('stop', 'command.guests-stop');
