// From what the host and the hub told to what stands in controller.yaml. Pure. The host says whose guest this
// is and how hub and agent are reached; the hub says the rest, and never those.
import type { Bootstrap, CustomerConfig } from '../../contracts/controller-config.ts';
import { isRaw, type Raw } from './parse-configuration.ts';

/** What bootstrap.json alone gives: no generation, so that the hub's first one counts whatever its number. */
export function seedFrom(bootstrap: Bootstrap, digest: string): Raw {
  const { customer, hub, local_api, ...more } = bootstrap;
  return {
    ...withoutEmpty(more),
    customer: withoutEmpty(customer),
    bootstrap_digest: digest,
    ...withoutEmpty({ hub, local_api }),
  };
}

/** The host wrote bootstrap.json anew (a new token, another certificate): hub and agent are taken from it. */
export function withLinksOf(raw: Raw, bootstrap: Bootstrap, digest: string): Raw {
  if (raw['bootstrap_digest'] === digest) return raw;
  const { hub, local_api } = bootstrap;
  return { ...raw, bootstrap_digest: digest, ...withoutEmpty({ hub, local_api }) };
}

/** The hub's sections replace those that were there; the customer's id, folders of this guest and links stay. */
export function withCustomer(raw: Raw, config: CustomerConfig, given: Raw): Raw {
  const { customer, paths } = config;
  const owned = ['infrastructure', 'stacks', 'assets'].flatMap((name) =>
    given[name] === undefined || given[name] === null ? [] : [[name, given[name]] as const],
  );
  const before = { customer: sectionOf(raw, 'customer'), paths: sectionOf(raw, 'paths') };
  return {
    ...raw,
    generation: config.generation,
    customer: { ...before.customer, ...customer, id: before.customer['id'] },
    ...Object.fromEntries(owned),
    ...(paths?.storage === undefined ? {} : { paths: { ...before.paths, storage: paths.storage } }),
  };
}

/** A file that bootstrap.json alone made is older than any; one that a person wrote without a number is 0. */
export function generationOf(raw: Raw): number {
  const { generation, bootstrap_digest: seeded } = raw;
  if (typeof generation === 'number') return generation;
  return typeof seeded === 'string' ? -1 : 0;
}

export const nameGeneration = (raw: Raw): string =>
  generationOf(raw) < 0 ? 'no generation' : `generation ${generationOf(raw)}`;

/** The certificate to come beside the one in use; null when none is announced. */
export function withCertificates(raw: Raw, next: string | null, inUse: string): Raw {
  const { next_fingerprint: _before, ...api } = sectionOf(raw, 'local_api');
  return {
    ...raw,
    local_api: { ...api, fingerprint: inUse, ...(next === null ? {} : { next_fingerprint: next }) },
  };
}

const sectionOf = (raw: Raw, name: string): Raw => {
  const section = raw[name];
  return isRaw(section) ? section : {};
};

const withoutEmpty = (fields: Raw): Raw =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
