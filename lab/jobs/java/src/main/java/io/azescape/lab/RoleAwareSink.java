package io.azescape.lab;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * Puts a role in front of a sink: while this copy of the job is the twin, records are dropped instead of written; from
 * the moment its role turns to active they go to the wrapped sink. This is all that a job needs to run twice, in two
 * zones at once, and still write once: wrap its sinks in this class and mount the role (see {@link RoleFile}).
 *
 * <p>It fits sinks that write as records come. Two things it does not do: a sink with a committer (two-phase commit) or
 * with writer state needs its role checked inside, where it commits; and a twin keeps nothing of what it dropped, so
 * what it read between the loss of the other copy and its own turn to active is not written by either. Where that
 * matters, write from the twin as well and let the receiver drop repeats by a key of the record.
 *
 * <p>Metrics: gauge {@code labRole} (1 active, 0 twin), counters {@code labEmitted} and {@code labSilenced}.
 *
 * @param <T> type of the records
 */
final class RoleAwareSink<T> implements Sink<T> {

  private static final long serialVersionUID = 1L;

  private final Sink<T> target;
  /** Text, because a {@link Path} cannot be serialized with the job graph. */
  private final String roleFile;

  RoleAwareSink(Sink<T> target, String roleFile) {
    this.target = target;
    this.roleFile = roleFile;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
    return new RoleAwareWriter<>(
        target.createWriter(context), new RoleFile(Path.of(roleFile)), context.metricGroup());
  }

  /** Flink 1.20 still declares this older form abstract, but calls the one above. */
  @Override
  @Deprecated
  public SinkWriter<T> createWriter(InitContext context) throws IOException {
    throw new UnsupportedOperationException("This sink needs Flink 1.19 or newer.");
  }

  private static final class RoleAwareWriter<T> implements SinkWriter<T> {

    private final SinkWriter<T> target;
    private final RoleFile role;
    private final Counter emitted;
    private final Counter silenced;

    RoleAwareWriter(SinkWriter<T> target, RoleFile role, MetricGroup metrics) {
      this.target = target;
      this.role = role;
      metrics.gauge("labRole", (Gauge<Integer>) () -> role.current() == RoleFile.Role.ACTIVE ? 1 : 0);
      emitted = metrics.counter("labEmitted");
      silenced = metrics.counter("labSilenced");
    }

    @Override
    public void write(T element, Context context) throws IOException, InterruptedException {
      if (role.current() == RoleFile.Role.TWIN) {
        silenced.inc();
        return;
      }
      target.write(element, context);
      emitted.inc();
    }

    /** Also while silent: records written before the role changed may still wait in the wrapped sink's buffer. */
    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
      target.flush(endOfInput);
    }

    @Override
    public void close() throws Exception {
      target.close();
    }
  }
}
