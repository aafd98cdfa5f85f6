import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/** Reads {"path", "document"} line by line; answers {"value"} or {"stage", "class", "message"}. */
public class Jayway {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        Configuration configuration = Configuration.builder()
            .jsonProvider(new JacksonJsonNodeJsonProvider())
            .mappingProvider(new JacksonMappingProvider())
            .build();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        String line;
        while ((line = in.readLine()) != null) {
            JsonNode question = MAPPER.readTree(line);
            out.write(MAPPER.writeValueAsString(answer(question, configuration)));
            out.write('\n');
        }
        out.flush();
    }

    private static ObjectNode answer(JsonNode question, Configuration configuration) {
        ObjectNode answer = MAPPER.createObjectNode();
        String stage = "compile";
        try {
            JsonPath path = JsonPath.compile(question.get("path").asText());
            stage = "read";
            Object value = path.read(question.get("document"), configuration);
            answer.set("value", MAPPER.valueToTree(value));
        } catch (RuntimeException | StackOverflowError error) {
            answer.put("stage", stage);
            answer.put("class", error.getClass().getSimpleName());
            answer.put("message", String.valueOf(error.getMessage()));
        }
        return answer;
    }
}
