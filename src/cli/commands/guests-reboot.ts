// `felhom guests reboot VMID [--confirm VMID]`: shuts a guest down in order and starts it again.
import { defineGuestCommand } from '../guest-command.ts';

export const guestsRebootCommand = defineGuestCommand('reboot', 'command.guests-reboot');
