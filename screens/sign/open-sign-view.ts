// Opens the view in which an operation is signed and run.
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { Session } from '../session.ts';

export function openSignView({ console }: Session, operation: Operation): void {
  console.view.setState({ overlay: { kind: 'sign' } });
  console.signing.open(operation);
}
