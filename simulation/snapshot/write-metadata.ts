/** Writes a `MetadataModel` as Flink would, and says what a reader must find in it. */
import type { SnapshotMetadata, SnapshotReference } from '../../model/snapshot/types.ts';
import { ByteWriter } from './byte-writer.ts';
import type {
  ChannelState,
  KeyedState,
  MetadataModel,
  NamedStream,
  Operator,
  OperatorState,
  StreamHandle,
  Subtask,
} from './metadata-model.ts';

export interface WrittenMetadata {
  bytes: Uint8Array;
  /** Where the checkpoint properties begin, which nobody reads: the length of the bytes before version 4. */
  propertiesAt: number;
  expected: SnapshotMetadata;
}

export function writeMetadata(model: MetadataModel): WrittenMetadata {
  const writer = new MetadataWriter(model.version);
  return writer.write(model);
}

class MetadataWriter {
  readonly #out = new ByteWriter();
  readonly #version: number;
  readonly #references: SnapshotReference[] = [];
  #inlineBytes = 0;

  constructor(version: number) {
    this.#version = version;
  }

  write(model: MetadataModel): WrittenMetadata {
    const out = this.#out;
    out.i32(0x4960672d).i32(model.version).i64(model.checkpointId);
    out.i32(model.masterStates.length);
    for (const state of model.masterStates) {
      out.i32(0xc96b1696);
      this.#inline(state);
    }
    out.i32(model.operators.length);
    for (const operator of model.operators) this.#operator(operator);
    const propertiesAt = out.length;
    if (this.#version >= 4) out.i32(0xaced0005).bytes(Buffer.from('sr\0CheckpointProperties and whatever follows'));
    const operators = model.operators.map(({ name, id, parallelism, maxParallelism }) => ({
      id: id.toString(16).padStart(32, '0'),
      name: this.#version < 5 || name === '' ? undefined : name,
      parallelism,
      maxParallelism,
    }));
    const { version, checkpointId } = model;
    const expected = {
      version,
      checkpointId,
      operators,
      references: this.#references,
      inlineBytes: this.#inlineBytes,
    };
    return { bytes: out.done(), propertiesAt, expected };
  }

  #operator(operator: Operator): void {
    const out = this.#out;
    if (this.#version >= 5) out.text(operator.name).text('uid');
    out.i64(BigInt.asIntN(64, operator.id >> 64n)).i64(BigInt.asIntN(64, operator.id));
    out.i32(operator.parallelism).i32(operator.maxParallelism);
    if (this.#version === 2) out.i32(-1);
    else this.#stream(operator.coordinator);
    if (operator.subtasks === 'finished') {
      out.i32(-1);
      return;
    }
    // Version 2 cannot say that a subtask had finished.
    const subtasks = operator.subtasks.filter((subtask) => this.#version >= 3 || subtask !== undefined);
    out.i32(subtasks.length);
    for (const [index, subtask] of subtasks.entries()) {
      out.i32(subtask === undefined ? -(index + 1) : index);
      if (subtask !== undefined) this.#subtask(subtask);
    }
  }

  #subtask(subtask: Subtask): void {
    const out = this.#out;
    if (this.#version === 2) out.i64(12).i32(0);
    for (const state of [subtask.managed, subtask.raw]) {
      out.i32(state === undefined ? 0 : 1);
      if (state !== undefined) this.#operatorState(state);
    }
    this.#keyed(subtask.keyed);
    this.#keyed(subtask.rawKeyed);
    if (this.#version < 3) return;
    for (const channels of [subtask.inputs, subtask.outputs]) {
      out.i32(channels.length);
      for (const channel of channels) this.#channel(channel);
    }
  }

  #operatorState(state: OperatorState): void {
    const out = this.#out;
    out.i8(state.tag);
    if (state.tag === 0) return;
    out.i32(state.parts.length);
    for (const { name, offsets } of state.parts) out.text(name).i8(1).longs(offsets);
    if (state.tag === 17) {
      this.#path('directory', state.owned, 0);
      this.#path('directory', state.shared, 0);
      out.i8(0);
    }
    this.#stream(state.stream);
  }

  #keyed(state: KeyedState): void {
    this.#out.i8(state.tag);
    switch (state.tag) {
      case 0:
        return;
      case 3:
      case 7:
      case 12:
        return this.#keyGroups(state);
      case 5:
      case 11:
        return this.#incremental(state);
      case 8:
      case 14:
        return this.#changelog(state);
      case 9:
        return this.#inlineChanges(state);
      case 10:
      case 13:
        return this.#changesInFiles(state);
    }
  }

  #keyGroups(state: KeyedState & { tag: 3 | 7 | 12 }): void {
    this.#out.i32(state.first).longs(state.offsets);
    this.#stream(state.stream);
    if (state.tag === 12) this.#out.text(state.id);
  }

  #incremental(state: KeyedState & { tag: 5 | 11 }): void {
    this.#out.i64(7).text('backend').i32(0).i32(63);
    if (state.tag === 11) this.#out.i64(1_000);
    this.#stream(state.meta);
    this.#namedStreams(state.shared);
    this.#namedStreams(state.private);
    if (state.tag === 11) this.#out.text(state.id);
  }

  #changelog(state: KeyedState & { tag: 8 | 14 }): void {
    this.#out.i32(0).i32(63).i64(1_000);
    for (const states of [state.base, state.changes]) {
      this.#out.i32(states.length);
      for (const inner of states) this.#keyed(inner);
    }
    this.#out.i64(3);
    if (state.tag === 14) this.#out.i64(4);
    this.#out.text(state.id);
  }

  #inlineChanges(state: KeyedState & { tag: 9 }): void {
    this.#out.i32(0).i32(63).i64(1).i64(2).i32(state.changes.length);
    for (const change of state.changes) {
      this.#out.i32(5);
      this.#inline(change);
    }
    this.#out.text(state.id);
  }

  #changesInFiles(state: KeyedState & { tag: 10 | 13 }): void {
    this.#out.i32(0).i32(63).i32(state.files.length);
    for (const file of state.files) {
      this.#out.i64(9);
      this.#stream(file);
    }
    this.#out.i64(1).i64(2).text(state.id);
    if (state.tag === 13) this.#out.text('filesystem');
  }

  #namedStreams(streams: readonly NamedStream[]): void {
    this.#out.i32(streams.length);
    for (const { name, stream } of streams) {
      this.#out.text(name);
      this.#stream(stream);
    }
  }

  #channel(channel: ChannelState): void {
    const out = this.#out;
    if (this.#version >= 6) out.i8(channel.tag);
    if (this.#version < 6 || channel.tag <= 2) {
      out.i32(0).i32(1).i32(2).longs(channel.offsets).i64(100);
      this.#stream(channel.stream);
    } else {
      out.i32(0).i64(100);
      this.#stream(channel.stream);
      out.blob(Uint8Array.from(channel.offsets, (offset) => offset & 0xff));
    }
  }

  #stream(handle: StreamHandle): void {
    const out = this.#out;
    out.i8(handle.tag);
    switch (handle.tag) {
      case 0:
      case 16:
        return;
      case 1:
        out.text(handle.name);
        this.#inline(handle.bytes);
        return;
      case 2:
        out.i64(handle.size);
        this.#path('absolute', handle.path, handle.size);
        return;
      case 6:
        this.#path('relative', handle.path, handle.size);
        out.i64(handle.size);
        return;
      case 3:
        out.i32(handle.first).longs(handle.offsets);
        this.#stream(handle.stream);
        return;
      case 15:
        out.i64(handle.start).i64(handle.size).i32(1);
        this.#path('segment', handle.path, handle.start + handle.size);
        out.text(handle.id);
        return;
    }
  }

  #path(kind: SnapshotReference['kind'], path: string, sizeBytes: number): void {
    const offset = this.#out.length;
    this.#out.text(path);
    this.#references.push({ kind, path, sizeBytes, offset, endOffset: this.#out.length });
  }

  #inline(bytes: Uint8Array): void {
    this.#out.blob(bytes);
    this.#inlineBytes += bytes.length;
  }
}
