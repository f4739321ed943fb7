// Live load on a topic and an account of every record of it, by Apache Kafka's own client library.
// usage: Load BOOTSTRAP TOPIC RECORDS_PER_SECOND
// Prints one JSON object a second, and one with "final": true after a line (or the end) of standard input,
// or SIGTERM, when it has read the whole topic again from the beginning.

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public final class Load {
    /** A record this size is an order or an event, not a file. */
    private static final int VALUE_BYTES = 100;
    /** A full read that brings nothing for this long will bring nothing any more. */
    private static final long READ_STALL_MS = 30_000;

    private final String bootstrap;
    private final String topic;
    private final int perSecond;
    /** Keys of this run, so that an earlier run's records on the topic are not counted. */
    private final String run = Long.toString(System.nanoTime(), 36) + ":";

    private final CountDownLatch stop = new CountDownLatch(1);
    private final BitSet acknowledged = new BitSet();
    private int[] latenciesUs = new int[1 << 16];
    private int latencies;
    private long lastAckNs;
    private long longestPauseNs;
    private long longestPauseAtMs;
    private long failed;
    private String firstFailure = "";
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong consumed = new AtomicLong();

    private Load(String bootstrap, String topic, int perSecond) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.perSecond = perSecond;
    }

    public static void main(String[] arguments) throws Exception {
        Load load = new Load(arguments[0], arguments[1], Integer.parseInt(arguments[2]));
        CountDownLatch printed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            load.stop.countDown();
            await(printed);
        }));
        daemon("stdin", () -> {
            try {
                System.in.read();
            } catch (java.io.IOException ended) {
                // The same as a line: whoever held the other end is gone.
            }
            load.stop.countDown();
        });
        int status = 0;
        try {
            load.run();
        } catch (Exception trouble) {
            trouble.printStackTrace();
            status = 1;
        }
        printed.countDown();
        Runtime.getRuntime().halt(status);
    }

    private void run() throws Exception {
        Thread consumer = daemon("consumer", this::consume);
        daemon("progress", this::report);
        produce();
        consumer.join(5_000);
        account();
    }

    private void produce() throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        settings.put("linger.ms", "0");
        settings.put("client.id", "load");
        byte[] value = new byte[VALUE_BYTES];
        Arrays.fill(value, (byte) 'w');
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            int partitions = producer.partitionsFor(topic).size();
            long gapNs = 1_000_000_000L / perSecond;
            long due = System.nanoTime();
            for (int sequence = 0; stop.getCount() > 0; sequence++) {
                int number = sequence;
                long begun = System.nanoTime();
                sent.incrementAndGet();
                try {
                    producer.send(
                        new ProducerRecord<>(topic, sequence % partitions, run + sequence, value),
                        (metadata, failure) -> answered(number, begun, failure));
                } catch (RuntimeException refused) {
                    answered(number, begun, refused);
                }
                due += gapNs;
                long wait = due - System.nanoTime();
                if (wait > 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(wait);
                } else if (wait < -1_000_000_000L) {
                    // Blocked in send for more than a second: go on at the rate, do not make up for it.
                    due = System.nanoTime();
                }
            }
            producer.flush();
        }
    }

    private synchronized void answered(int sequence, long begunNs, Exception failure) {
        long now = System.nanoTime();
        if (failure != null) {
            failed++;
            if (firstFailure.isEmpty()) {
                firstFailure = failure.toString();
            }
            return;
        }
        acknowledged.set(sequence);
        if (latencies == latenciesUs.length) {
            latenciesUs = Arrays.copyOf(latenciesUs, latencies * 2);
        }
        latenciesUs[latencies++] = (int) Math.min(Integer.MAX_VALUE, (now - begunNs) / 1_000);
        if (lastAckNs != 0 && now - lastAckNs > longestPauseNs) {
            longestPauseNs = now - lastAckNs;
            longestPauseAtMs = System.currentTimeMillis();
        }
        lastAckNs = now;
    }

    /** A group consumer beside the producer, as an application would run one. */
    private void consume() {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", "load-" + run.substring(0, run.length() - 1));
        settings.put("auto.offset.reset", "earliest");
        settings.put("auto.commit.interval.ms", "1000");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (stop.getCount() > 0) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (record.key().startsWith(run)) {
                        consumed.incrementAndGet();
                    }
                });
            }
        }
    }

    private void report() {
        while (!awaited(stop, 1_000)) {
            synchronized (this) {
                long pauseMs = lastAckNs == 0 ? 0 : (System.nanoTime() - lastAckNs) / 1_000_000;
                print(String.format(
                    "{\"final\":false,\"sent\":%d,\"acknowledged\":%d,\"failed\":%d,\"consumed\":%d,"
                        + "\"pause_ms\":%d,\"longest_pause_ms\":%d}",
                    sent.get(), acknowledged.cardinality(), failed, consumed.get(),
                    pauseMs, Math.max(pauseMs, longestPauseNs / 1_000_000)));
            }
        }
    }

    /** Reads everything again, from the beginning to the end as of now, and prints the account. */
    private void account() {
        int all = (int) sent.get();
        byte[] copies = new byte[all];
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "none");
        long read = 0;
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topic).forEach(
                partition -> partitions.add(new TopicPartition(topic, partition.partition())));
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.seekToBeginning(partitions);
            long lastNews = System.currentTimeMillis();
            while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    lastNews = System.currentTimeMillis();
                    read++;
                    if (record.key().startsWith(run)) {
                        int sequence = Integer.parseInt(record.key().substring(run.length()));
                        if (copies[sequence] < Byte.MAX_VALUE) {
                            copies[sequence]++;
                        }
                    }
                }
                if (System.currentTimeMillis() - lastNews > READ_STALL_MS) {
                    throw new IllegalStateException("the full read stalled after " + read + " records");
                }
            }
        }
        long lost = 0;
        long duplicates = 0;
        long unacknowledged = 0;
        synchronized (this) {
            for (int sequence = 0; sequence < all; sequence++) {
                if (acknowledged.get(sequence)) {
                    lost += copies[sequence] == 0 ? 1 : 0;
                } else {
                    unacknowledged += copies[sequence] > 0 ? 1 : 0;
                }
                duplicates += Math.max(0, copies[sequence] - 1);
            }
            Arrays.sort(latenciesUs, 0, latencies);
            print(String.format(
                "{\"final\":true,\"sent\":%d,\"acknowledged\":%d,\"failed\":%d,\"consumed\":%d,\"read\":%d,"
                    + "\"lost\":%d,\"duplicates\":%d,\"unacknowledged_present\":%d,\"longest_pause_ms\":%d,"
                    + "\"longest_pause_at_ms\":%d,\"p50_us\":%d,\"p99_us\":%d,\"max_us\":%d,\"first_failure\":\"%s\"}",
                all, acknowledged.cardinality(), failed, consumed.get(), read, lost, duplicates, unacknowledged,
                longestPauseNs / 1_000_000, longestPauseAtMs, percentile(50), percentile(99), percentile(100),
                firstFailure.replaceAll("[^A-Za-z0-9 .,:_-]", " ")));
        }
    }

    private int percentile(int percent) {
        return latencies == 0 ? 0 : latenciesUs[Math.min(latencies - 1, (int) ((long) latencies * percent / 100))];
    }

    private static synchronized void print(String line) {
        System.out.write((line + "\n").getBytes(StandardCharsets.UTF_8), 0, line.length() + 1);
        System.out.flush();
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static boolean awaited(CountDownLatch latch, long limitMs) {
        try {
            return latch.await(limitMs, java.util.concurrent.TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            return true;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
