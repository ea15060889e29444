/** How fast-check makes a `MetadataModel`. */
import fc from 'fast-check';
import type {
  ChannelState,
  KeyedState,
  MetadataModel,
  Operator,
  OperatorState,
  StreamHandle,
  Subtask,
} from '../../../simulation/snapshot/metadata-model.ts';

/** Paths with what a UTF-8 decoder would damage: NUL, characters beyond U+FFFF. */
const path = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.webPath().map((tail) => `s3a://state/checkpoints${tail}`),
  fc.constantFrom('', 'nul\0inside', 'beyond-😀-ffff', 'ümläut/漢'),
);
const shortText = fc.string({ maxLength: 12 });
/** Sizes beyond 32 and up to 53 bits. Halves of them, where two are added. */
const size = fc.maxSafeNat();
const half = fc.integer({ min: 0, max: Math.floor(Number.MAX_SAFE_INTEGER / 2) });
const offsets = fc.array(fc.nat(), { maxLength: 3 });
const bytes = fc.uint8Array({ maxLength: 12 });
const few = { maxLength: 3 };

const flatStream: fc.Arbitrary<StreamHandle> = fc.oneof(
  fc.record({ tag: fc.constantFrom(0 as const, 16 as const) }),
  fc.record({ tag: fc.constant(1 as const), name: shortText, bytes }),
  fc.record({ tag: fc.constant(2 as const), size, path }),
  fc.record({ tag: fc.constant(6 as const), path, size }),
  fc.record({ tag: fc.constant(15 as const), start: half, size: half, path, id: shortText }),
);
const stream: fc.Arbitrary<StreamHandle> = fc.oneof(
  { arbitrary: flatStream, weight: 4 },
  { arbitrary: fc.record({ tag: fc.constant(3 as const), first: fc.nat(), offsets, stream: flatStream }), weight: 1 },
);
const namedStreams = fc.array(fc.record({ name: shortText, stream }), few);

const flatKeyed: fc.Arbitrary<KeyedState> = fc.oneof(
  fc.record({ tag: fc.constant(0 as const) }),
  fc.record({
    tag: fc.constantFrom(3 as const, 7 as const, 12 as const),
    first: fc.nat(),
    offsets,
    stream,
    id: shortText,
  }),
  fc.record({
    tag: fc.constantFrom(5 as const, 11 as const),
    meta: stream,
    shared: namedStreams,
    private: namedStreams,
    id: shortText,
  }),
  fc.record({ tag: fc.constant(9 as const), changes: fc.array(bytes, few), id: shortText }),
  fc.record({ tag: fc.constantFrom(10 as const, 13 as const), files: fc.array(stream, few), id: shortText }),
);
const keyed: fc.Arbitrary<KeyedState> = fc.oneof(
  { arbitrary: flatKeyed, weight: 4 },
  {
    arbitrary: fc.record({
      tag: fc.constantFrom(8 as const, 14 as const),
      base: fc.array(flatKeyed, few),
      changes: fc.array(flatKeyed, few),
      id: shortText,
    }),
    weight: 1,
  },
);

const operatorState: fc.Arbitrary<OperatorState> = fc.oneof(
  fc.record({ tag: fc.constant(0 as const) }),
  fc.record({
    tag: fc.constantFrom(4 as const, 17 as const),
    parts: fc.array(fc.record({ name: shortText, offsets }), few),
    owned: path,
    shared: path,
    stream,
  }),
);

const channels: fc.Arbitrary<ChannelState[]> = fc.array(
  fc.record({ tag: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const), offsets, stream }),
  { maxLength: 2 },
);

const subtask: fc.Arbitrary<Subtask> = fc.record({
  managed: fc.option(operatorState, { nil: undefined }),
  raw: fc.option(operatorState, { nil: undefined }),
  keyed,
  rawKeyed: keyed,
  inputs: channels,
  outputs: channels,
});

const operator: fc.Arbitrary<Operator> = fc.record({
  name: shortText,
  id: fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
  parallelism: fc.integer({ min: 1, max: 20_000 }),
  maxParallelism: fc.integer({ min: 1, max: 32_768 }),
  coordinator: stream,
  subtasks: fc.oneof(
    fc.constant('finished' as const),
    fc.array(fc.option(subtask, { nil: undefined, freq: 5 }), { maxLength: 3 }),
  ),
});

export const metadataModels: fc.Arbitrary<MetadataModel> = fc.record({
  version: fc.constantFrom(2 as const, 3 as const, 4 as const, 5 as const, 6 as const),
  checkpointId: fc.maxSafeNat(),
  masterStates: fc.array(bytes, { maxLength: 2 }),
  operators: fc.array(operator, few),
});
