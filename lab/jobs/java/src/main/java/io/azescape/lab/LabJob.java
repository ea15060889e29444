package io.azescape.lab;

import java.nio.file.Path;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A stateful job that knows by itself whether it was restored exactly: it counts 0, 1, 2, … by key and compares each
 * count with the number it must be. One source subtask emits the numbers in order, so the right count of a key follows
 * from the number alone, with no other system to ask.
 *
 * <pre>
 * --keys N         number of keys (default 1000): number n belongs to key n % keys
 * --payload BYTES  random bytes kept in the state of each key (default 0), to give the state a size
 * --rate R         numbers a second (default 200)
 * --name NAME      the job's name in Flink (default lab-job)
 * --role-file F    where the job's role is mounted (default /etc/az-escape/role/role), see {@link RoleFile}
 * </pre>
 */
public final class LabJob {

  private LabJob() {}

  public static void main(String[] args) throws Exception {
    ParameterTool parameters = ParameterTool.fromArgs(args);
    long keys = atLeast(1, "keys", parameters.getLong("keys", 1000));
    int payloadBytes = (int) atLeast(0, "payload", parameters.getInt("payload", 0));
    double ratePerSecond = atLeast(1, "rate", parameters.getLong("rate", 200));
    Path roleFile = Path.of(parameters.get("role-file", RoleFile.DEFAULT_PATH));

    GeneratorFunction<Long, Long> sequence = number -> number;
    DataGeneratorSource<Long> source =
        new DataGeneratorSource<>(
            sequence, Long.MAX_VALUE, RateLimiterStrategy.perSecond(ratePerSecond), Types.LONG);

    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    // A uid on every operator: without one a changed job graph cannot find its state in an older snapshot.
    environment
        .fromSource(source, WatermarkStrategy.noWatermarks(), "lab-source")
        .uid("lab-source")
        // Two subtasks would split the range of numbers between them, and counts would no longer follow from numbers.
        .setParallelism(1)
        .keyBy(number -> number % keys, Types.LONG)
        .process(new SelfCheckingCount(keys, payloadBytes))
        .uid("lab-count")
        .name("lab-count")
        .sinkTo(new RoleAwareSink<>(new DiscardingSink<>(), roleFile.toString()))
        .uid("lab-sink")
        .name("lab-sink");
    environment.execute(parameters.get("name", "lab-job"));
  }

  private static long atLeast(long least, String parameter, long value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "--" + parameter + " is " + value + ", which is too small: give " + least + " or more.");
    }
    return value;
  }
}
