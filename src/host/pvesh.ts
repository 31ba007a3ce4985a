// The door for Proxmox VE's API answers, as `pvesh get PATH --output-format json` prints them: Perl
// gives numbers as numbers or as strings, and flags as 0, 1 or nothing.
import { z } from 'zod';

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);
const maybe = number
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const text = z.union([z.string(), z.number().transform(String)]);
const flag = (whenMissing: boolean) =>
  z
    .union([z.boolean(), number.transform((value) => value !== 0)])
    .optional()
    .transform((value) => value ?? whenMissing);

export const pveVersion = z.looseObject({ version: text });

export const pveStorage = z.looseObject({
  storage: text,
  type: z.string(),
  enabled: flag(true),
  active: flag(false),
  total: maybe,
  used: maybe,
  avail: maybe,
  content: z.string().optional(),
});

/** A row of /cluster/resources or of /nodes/NODE/{lxc,qemu}. */
export const pveGuest = z.looseObject({
  vmid: number,
  type: z.string().optional(),
  node: z.string().optional(),
  name: text.nullish(),
  status: z.string(),
  cpu: maybe,
  mem: maybe,
  maxmem: maybe,
  uptime: maybe,
  template: flag(false),
});

export const pveTask = z.looseObject({
  upid: z.string(),
  type: z.string(),
  id: text.nullish(),
  user: z.string(),
  starttime: number,
  endtime: maybe,
  status: z.string().nullish(),
});

/** Rows that do not fit are left out (a storage or node among the guests): one odd row hides no others. */
export function parseRows<T extends z.ZodType>(row: T, json: string): readonly z.infer<T>[] | undefined {
  const all = parseBody(z.array(z.unknown()), json);
  return all?.map((each) => row.safeParse(each).data).filter((each) => each !== undefined);
}

/** The body of an answer; over HTTP it comes in an envelope that pvesh takes off. */
export function parseBody<T extends z.ZodType>(body: T, json: string): z.infer<T> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const opened = envelope.safeParse(value);
    return body.safeParse(opened.success ? opened.data.data : value).data;
  } catch {
    return undefined;
  }
}

const envelope = z.object({ data: z.unknown() }).refine((value) => value.data !== undefined);
