#!/bin/bash
# Entry point of every Flink container of the lab: JobManager and TaskManager, native and standalone mode.
# The image holds no Flink: this folder is mounted at /opt/flink. Flink's own start scripts are not used, since they
# start one more JVM before the real one, only to work out memory sizes.
#
#   FLINK_JM_JVM_MEM_OPTS         memory of a JobManager, for example "-Xms64m -Xmx128m"
#   FLINK_TM_JVM_MEM_OPTS         the same of a TaskManager; Flink sets it itself in native mode
#   AZ_ESCAPE_EXTRA_CLASSPATH     more jars; a job on HDFS sets "/opt/flink/hadoop/*"
#   AZ_ESCAPE_EXTRA_JVM_OPTS      more options of the JVM
set -u

export FLINK_HOME=/opt/flink
export FLINK_CONF_DIR=${FLINK_CONF_DIR:-$FLINK_HOME/conf} FLINK_LIB_DIR=$FLINK_HOME/lib FLINK_PLUGINS_DIR=$FLINK_HOME/plugins
export JAVA_HOME=${JAVA_HOME:-$(<$FLINK_HOME/bin/java-home)}
export PATH=$FLINK_HOME/bin:$JAVA_HOME/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Java 17 hides what Flink's serializers and its RPC reach into.
java17=(
  --add-exports=java.base/sun.net.util=ALL-UNNAMED
  --add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED
  --add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED
)
for package in lang lang.reflect net io nio text time util util.concurrent util.concurrent.atomic util.concurrent.locks; do
  java17+=("--add-opens=java.base/java.$package=ALL-UNNAMED")
done
java17+=(--add-opens=java.base/sun.nio.ch=ALL-UNNAMED)

# A lab job lives for minutes on a shared core: what counts is the CPU time of its start, not its peak speed.
cheap_start=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData)
# Classes as they lie in memory. A JVM that cannot use them (another JDK, other jars) goes on without.
[ -f $FLINK_HOME/bin/classes.jsa ] && cheap_start+=(-XX:SharedArchiveFile=$FLINK_HOME/bin/classes.jsa)

# run MEMORY MAIN [ARGUMENTS…]: becomes the JVM.
run() {
  local memory=$1
  shift
  local class_path jars=()
  # A class is looked for in one jar after the other; those that most classes come from stand first.
  mapfile -t jars <$FLINK_HOME/bin/class-path
  printf -v class_path "$FLINK_HOME/lib/%s:" "${jars[@]}"
  class_path=${class_path%:}${AZ_ESCAPE_EXTRA_CLASSPATH:+:$AZ_ESCAPE_EXTRA_CLASSPATH}
  # shellcheck disable=SC2086  # the memory and extra options are lists of words
  exec java $memory "${java17[@]}" "${cheap_start[@]}" ${AZ_ESCAPE_EXTRA_JVM_OPTS:-} \
    -Dlog4j.configurationFile=$FLINK_HOME/log4j-console.properties -classpath "$class_path" "$@"
}

jobmanager_memory=${FLINK_JM_JVM_MEM_OPTS:--Xms64m -Xmx192m}
mode=${1:-}
[ $# -gt 0 ] && shift

case $mode in
  # Native mode wraps its command in `bash -c "kubernetes-jobmanager.sh …"`.
  bash)
    [ "${1:-}" = -c ] && shift
    exec bash -c "$*"
    ;;
  kubernetes-application)
    run "$jobmanager_memory" org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint "$@"
    ;;
  kubernetes-session)
    run "$jobmanager_memory" org.apache.flink.kubernetes.entrypoint.KubernetesSessionClusterEntrypoint "$@"
    ;;
  kubernetes-tm)
    run "${FLINK_TM_JVM_MEM_OPTS:-}" org.apache.flink.kubernetes.taskmanager.KubernetesTaskExecutorRunner \
      --configDir "$FLINK_CONF_DIR" "$@"
    ;;
  standalone-job)
    run "$jobmanager_memory" org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint \
      --configDir "$FLINK_CONF_DIR" "$@"
    ;;
  jobmanager)
    run "$jobmanager_memory" org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
      --configDir "$FLINK_CONF_DIR" "$@"
    ;;
  # Standalone: the memory sizes must be in the configuration and in FLINK_TM_JVM_MEM_OPTS, nothing works them out.
  taskmanager)
    run "${FLINK_TM_JVM_MEM_OPTS:--Xms64m -Xmx192m}" org.apache.flink.runtime.taskexecutor.TaskManagerRunner \
      --configDir "$FLINK_CONF_DIR" "$@"
    ;;
  '')
    echo 'entry.sh: no mode given; one of kubernetes-application, kubernetes-session, kubernetes-tm, standalone-job,' \
      'jobmanager, taskmanager, bash' >&2
    exit 2
    ;;
  *)
    exec "$mode" "$@"
    ;;
esac
