#!/bin/sh
# Starts one Kafka node in place of this shell, so that the pid is the java process.
# usage: kafka-server-start.sh FILE.properties     environment: KAFKA_HEAP_OPTS KAFKA_OPTS JAVA_HOME
release=$(cd "$(dirname "$0")/.." && pwd) || exit 1
if [ -f "$release/config/log4j2.properties" ]; then
    logging="-Dlog4j2.configurationFile=file:$release/config/log4j2.properties"
else
    logging="-Dlog4j.configuration=file:$release/config/log4j.properties"
fi
archive=
if [ -f "$release/cds.jsa" ]; then
    archive="-XX:SharedArchiveFile=$release/cds.jsa"
fi
# Word splitting of the options is meant.
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" ${KAFKA_HEAP_OPTS:--Xmx1g} ${KAFKA_OPTS:-} -Xshare:auto $archive \
    "$logging" -cp "$release/libs/*" "${KAFKA_MAIN:-kafka.Kafka}" "$@"
