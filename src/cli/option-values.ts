// Values of a command's own options, checked.
import type { CommandContext, Options } from './command.ts';
import { usage } from './parse-words.ts';

/** The word that belongs to the target, where the screen has it typed. */
export const confirmOption = {
  confirm: { summary: 'option.confirm', placeholder: 'WORD' },
} as const satisfies Options;

export const waitOption = { wait: { summary: 'option.wait' } } as const satisfies Options;

export function stringOption({ options }: CommandContext, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function requiredOption(context: CommandContext, name: string, placeholder: string): string {
  const value = stringOption(context, name);
  if (value !== undefined) return value;
  throw usage(context.text('usage.option', { option: `--${name}`, placeholder }), context.text);
}

const VMID = /^[1-9]\d{2,8}$/;

/** As Proxmox numbers its guests, from 100. */
export function parseVmid(value: string, { text }: CommandContext): number {
  if (VMID.test(value)) return Number(value);
  throw usage(text('usage.vmid', { value }), text);
}

/** The first word after the command's name; help already refused to go without it. */
export const operandOf = ({ operands }: CommandContext): string => operands[0] ?? '';

/** A device: `sda`, as the list shows it, is `/dev/sda`; a path or a durable id stands as it is. */
export function deviceOf(context: CommandContext): string {
  const word = operandOf(context);
  return /^[a-z][\w-]*$/.test(word) ? `/dev/${word}` : word;
}

/** The typed word as the agent's routes take it. */
export function wordOf(context: CommandContext): { readonly confirm?: string } {
  const confirm = stringOption(context, 'confirm');
  return confirm === undefined ? {} : { confirm };
}
