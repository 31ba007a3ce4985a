import { makeStandIn } from './test/docker/stand-ins.ts';
import { writeFileSync } from 'node:fs';
const [, , service, variant] = process.argv as any;
const s = await makeStandIn(service, { variant });
writeFileSync('/tmp/r4/one.tar', s.archive);
console.log(s.reference, s.id);
