// A bare agent in a process of its own, so that it can be stopped and killed: tells memory, operations
// and the rest of a machine once a second at the socket that it is given.
import { allFacts, type Subject } from '../../src/contracts/all-facts.ts';
import { inventReadings } from '../screens/invented-facts.ts';
import { startBareAgent } from './bare-agent.ts';

const isSubject = (name: string): name is Subject => Object.hasOwn(allFacts, name);
const subjects = Object.keys(allFacts).filter(isSubject);
const agent = await startBareAgent({
  at: { socketPath: process.argv[2] ?? '' },
  intervals: Object.fromEntries(subjects.map((subject) => [subject, 1])),
});
const readings = inventReadings();
const { operations } = readings;
agent.answer({
  operations: () => ({
    at: Date.now(),
    every_s: 1,
    operations: operations.state === 'ok' ? operations.value.operations : [],
  }),
});
let sent = 0;
const tell = () => {
  for (const subject of subjects) {
    const reading = { ...readings[subject], at: Date.now() };
    agent.facts(subject, reading);
    sent += 1;
    agent.emit('facts', { subject, every_s: 1, reading }, `1-${sent}`);
  }
};
tell();
setInterval(tell, 1000);
process.stdout.write('ready\n');
