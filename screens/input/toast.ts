// The short answer to a key.
import type { TextKey, TextParams } from '../../src/base/texts/text.ts';
import type { Session } from '../session.ts';

export function toast(session: Session, key: TextKey, params?: TextParams): void {
  session.console.view.setState({ toast: { text: session.text()(key, params), at: session.now() } });
}
