package io.azescape.lab;

import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the numbers of each key and compares the count with what it must be: number n is the (n / keys + 1)-th of its
 * key. A record lost, repeated or counted on another key's state makes {@code labViolations} rise and stay above zero.
 *
 * <p>Metrics of each subtask: {@code labRestoredSequence} (highest number that any subtask had counted in the snapshot
 * this attempt started from, -1 when it started from none), {@code labFirstSequence} and {@code labLastSequence} (first
 * and last number counted since this attempt started, -1 before the first) and the counter {@code labViolations}.
 * After an exact restore the smallest labFirstSequence of the subtasks is labRestoredSequence + 1.
 */
final class SelfCheckingCount extends KeyedProcessFunction<Long, Long, Long>
    implements CheckpointedFunction {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(SelfCheckingCount.class);
  private static final long NONE = -1;
  /** A wrong restore makes every record wrong: name the first few, count the rest. */
  private static final int VIOLATIONS_LOGGED = 5;

  private final long keys;
  private final int payloadBytes;

  private transient ValueState<Long> count;
  private transient ValueState<byte[]> payload;
  private transient ListState<Long> highestSequence;
  private transient Counter violations;

  // Written by the task's thread, read by the one that collects metrics.
  private transient volatile long restoredSequence;
  private transient volatile long firstSequence;
  private transient volatile long lastSequence;

  SelfCheckingCount(long keys, int payloadBytes) {
    this.keys = keys;
    this.payloadBytes = payloadBytes;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    // Union: every subtask gets the entries of all, so that the highest is known at any parallelism.
    highestSequence =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("highest-sequence", Types.LONG));
    restoredSequence = NONE;
    if (context.isRestored()) {
      for (long sequence : highestSequence.get()) {
        restoredSequence = Math.max(restoredSequence, sequence);
      }
    }
  }

  @Override
  public void open(OpenContext context) {
    count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    payload =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "payload", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    firstSequence = NONE;
    lastSequence = NONE;
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    metrics.gauge("labRestoredSequence", (Gauge<Long>) () -> restoredSequence);
    metrics.gauge("labFirstSequence", (Gauge<Long>) () -> firstSequence);
    metrics.gauge("labLastSequence", (Gauge<Long>) () -> lastSequence);
    violations = metrics.counter("labViolations");
  }

  @Override
  public void processElement(Long sequence, Context context, Collector<Long> out) throws Exception {
    Long before = count.value();
    long counted = before == null ? 1 : before + 1;
    count.update(counted);
    if (before == null && payloadBytes > 0) {
      payload.update(randomBytes());
    }
    long expected = sequence / keys + 1;
    if (counted != expected) {
      reportViolation(sequence, counted, expected);
    }
    if (firstSequence == NONE) {
      firstSequence = sequence;
      LOG.info("first number {} after a restore up to {}", sequence, restoredSequence);
    }
    lastSequence = sequence;
    out.collect(sequence);
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    highestSequence.clear();
    // A subtask that has seen nothing since the restore still stands where the restore left it.
    highestSequence.add(Math.max(restoredSequence, lastSequence));
  }

  private void reportViolation(long sequence, long counted, long expected) {
    violations.inc();
    if (violations.getCount() <= VIOLATIONS_LOGGED) {
      LOG.error("number {} is number {} of its key, but must be number {}", sequence, counted, expected);
    }
  }

  private byte[] randomBytes() {
    byte[] bytes = new byte[payloadBytes];
    ThreadLocalRandom.current().nextBytes(bytes);
    return bytes;
  }
}
