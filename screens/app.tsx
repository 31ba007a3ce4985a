// The console's one component tree: a row of text for each line of the frame, and the keyboard.
import { Box, Text, useApp, useInput, usePaste, type SuspendTerminal } from 'ink';
import { memo, useEffect, useSyncExternalStore } from 'react';
import { DrawnTable } from './detail-table.tsx';
import { paint, type Theme } from './draw/theme.ts';
import { drawFrame } from './frame.ts';
import { keyNames } from './input/key-names.ts';
import { isTyping, pasteText, pressKey } from './input/keyboard.ts';
import type { Session } from './session.ts';

type Props = {
  readonly session: Session;
  readonly theme: () => Theme;
  readonly plainSigns: () => boolean;
  /** Hears of new facts, unless nobody looks. */
  readonly followFacts: (listener: () => void) => () => void;
  /** Hears of a log's lines, unless nobody looks. */
  readonly followLogs: (listener: () => void) => () => void;
  readonly onKey: () => void;
  /** Receives Ink's way to hand the terminal over. */
  readonly onSuspendable: (suspend: SuspendTerminal) => void;
  readonly columns: number;
  readonly rows: number;
};

export function App({
  session,
  theme,
  plainSigns,
  followFacts,
  followLogs,
  onKey,
  onSuspendable,
  columns,
  rows,
}: Props) {
  const { shown, view, settings, signing, logs } = session.console;
  useSyncExternalStore(followFacts, shown.getState);
  useSyncExternalStore(settings.subscribe, settings.getState);
  useSyncExternalStore(signing.store.subscribe, signing.store.getState);
  useSyncExternalStore(followLogs, logs.store.getState);
  const viewState = useSyncExternalStore(view.subscribe, view.getState);

  const { suspendTerminal } = useApp();
  useEffect(() => onSuspendable(suspendTerminal), [onSuspendable, suspendTerminal]);

  useInput((input, key) => {
    onKey();
    const pressed = keyNames(input, key, isTyping(session));
    if (pressed.kind === 'paste') pasteText(session, input);
    else for (const name of pressed.names) pressKey(session, name, pressed.names.length === 1);
  });
  usePaste((text) => {
    onKey();
    pasteText(session, text);
  });

  const frame = drawFrame(session, viewState, session.model(), { columns, rows });
  const colours = theme();
  const painted = frame.lines.map((each) => paint(each, colours, plainSigns()));
  const { table } = frame;
  if (table === undefined) return <Rows painted={painted} columns={columns} rows={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Rows painted={painted.slice(0, table.row)} columns={columns} rows={table.row} />
      <Box height={table.height} flexDirection="column" overflow="hidden">
        <DrawnTable table={table.content} theme={colours} plainSigns={plainSigns()} />
      </Box>
      <Rows
        painted={painted.slice(table.row + table.height)}
        columns={columns}
        rows={rows - table.row - table.height}
      />
    </Box>
  );
}

function Rows({
  painted,
  columns,
  rows,
}: {
  readonly painted: readonly string[];
  readonly columns: number;
  readonly rows: number;
}) {
  return (
    <Box flexDirection="column" width={columns} height={rows} flexShrink={0}>
      {painted.map((text, index) => (
        // A line is known by its place on the screen.
        // oxlint-disable-next-line react/no-array-index-key
        <Row key={index} text={text} />
      ))}
    </Box>
  );
}

/** An empty line still takes its row. */
const Row = memo(({ text }: { readonly text: string }) => (
  <Text wrap="truncate">{text === '' ? ' ' : text}</Text>
));
