// The number that Proxmox gives a guest; it leaves those below 100 to itself.
import { z } from 'zod';

export const vmid = z.number().int().min(100).max(999_999_999);
