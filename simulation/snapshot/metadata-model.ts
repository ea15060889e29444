/** A snapshot's `_metadata` as plain data: every tag of the grammar, versions 2 to 6. */
export type StreamHandle =
  | { tag: 0 }
  | { tag: 16 }
  | { tag: 1; name: string; bytes: Uint8Array }
  | { tag: 2; size: number; path: string }
  | { tag: 6; path: string; size: number }
  | { tag: 3; first: number; offsets: number[]; stream: StreamHandle }
  | { tag: 15; start: number; size: number; path: string; id: string };

export type KeyedState =
  | { tag: 0 }
  | { tag: 3 | 7 | 12; first: number; offsets: number[]; stream: StreamHandle; id: string }
  | { tag: 5 | 11; meta: StreamHandle; shared: NamedStream[]; private: NamedStream[]; id: string }
  | { tag: 8 | 14; base: KeyedState[]; changes: KeyedState[]; id: string }
  | { tag: 9; changes: Uint8Array[]; id: string }
  | { tag: 10 | 13; files: StreamHandle[]; id: string };

export interface NamedStream {
  name: string;
  stream: StreamHandle;
}

export type OperatorState =
  | { tag: 0 }
  | { tag: 4 | 17; parts: { name: string; offsets: number[] }[]; owned: string; shared: string; stream: StreamHandle };

export interface ChannelState {
  tag: 1 | 2 | 3 | 4;
  offsets: number[];
  stream: StreamHandle;
}

export interface Subtask {
  managed: OperatorState | undefined;
  raw: OperatorState | undefined;
  keyed: KeyedState;
  rawKeyed: KeyedState;
  inputs: ChannelState[];
  outputs: ChannelState[];
}

export interface Operator {
  name: string;
  id: bigint;
  parallelism: number;
  maxParallelism: number;
  coordinator: StreamHandle;
  /** 'finished': the operator had finished. An undefined subtask had finished. */
  subtasks: 'finished' | (Subtask | undefined)[];
}

export interface MetadataModel {
  version: 2 | 3 | 4 | 5 | 6;
  checkpointId: number;
  masterStates: Uint8Array[];
  operators: Operator[];
}
