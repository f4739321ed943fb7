// Makes a topic, or tells of each of its partitions how many replicas it has and how many are in sync.
// usage: java Topic.java CLIENT.properties TOPIC [PARTITIONS REPLICAS]

import java.io.FileReader;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

public class Topic {
    public static void main(String[] words) throws Exception {
        Properties client = new Properties();
        try (FileReader file = new FileReader(words[0])) {
            client.load(file);
        }
        try (Admin admin = Admin.create(client)) {
            String topic = words[1];
            if (words.length == 4) {
                NewTopic made = new NewTopic(topic, Integer.parseInt(words[2]), Short.parseShort(words[3]));
                admin.createTopics(List.of(made)).all().get();
                return;
            }
            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().forEach(one ->
                System.out.println(one.partition() + " " + one.replicas().size() + " " + one.isr().size()));
        }
    }
}
