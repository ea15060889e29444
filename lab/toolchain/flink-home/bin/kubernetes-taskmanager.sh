#!/bin/bash
# Called by name in native mode.
exec /opt/flink/bin/entry.sh kubernetes-tm "$@"
