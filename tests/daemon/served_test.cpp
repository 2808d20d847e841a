// The interfaces as a caller sees them, on a real cache, with no fetcher behind the door.

#include <string>

#include <catch2/catch.hpp>

#include "daemon/answer/text_units.h"
#include "daemon/time_text.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

const std::string url = "https://docs.example.org/kestrel";
const std::string fact = "The default port of Kestrel is 7311.";

std::string import_of(const std::string& text, const std::string& title = "Kestrel") {
  return json::serialize(json::object{{"url", url}, {"title", title}, {"text", text}});
}

std::string ask(const std::string& text, json::object fields = {}) {
  fields["messages"] = json::array{{{"role", "user"}, {"content", text}}};
  return json::serialize(fields);
}

std::unique_ptr<ScriptedModel> saying(std::string text) {
  return std::make_unique<ScriptedModel>(std::move(text));
}

TEST_CASE(
    "an imported page is searched, shown, cited, and the citation is what the snapshot says") {
  ServedDaemon daemon(saying("🦅 First. " + fact + " And so on."));
  const auto imported =
      daemon.request("POST", "/seekd/v1/import",
                     import_of("Kestrel is a message broker.\n\n" + fact + " It is fast."));
  REQUIRE(imported.status == 200);
  CHECK(imported.json().at("change") == "added");

  const auto found =
      daemon.request("POST", "/seekd/v1/search", R"({"query": "Kestrel port", "top": 5})");
  REQUIRE(found.status == 200);
  CHECK(found.json().at("passages").at(0).at("url") == json::string(url));

  const auto search = [&](const std::string& more) {
    return daemon.request("POST", "/seekd/v1/search", R"({"query": "Kestrel port", )" + more + "}");
  };
  CHECK(search(R"("mode": "lexical")").json().at("passages").as_array().size() == 1);
  CHECK(search(R"("max_age": 3600)").json().at("passages").as_array().size() == 1);
  const auto without_embedder = search(R"("mode": "dense")");
  CHECK(without_embedder.status == 503);
  CHECK(without_embedder.json().at("error").at("code") == "unavailable");

  const auto answered = daemon.request("POST", "/v1/chat/completions",
                                       ask("Which port does Kestrel use by default?"));
  REQUIRE(answered.status == 200);
  const json::object body = answered.json();
  const json::object& message = body.at("choices").at(0).at("message").as_object();
  REQUIRE(message.at("annotations").as_array().size() == 1);
  const json::object& citation = message.at("annotations").at(0).at("url_citation").as_object();
  CHECK(citation.at("start_index") == 9);
  CHECK(citation.at("end_index") == 9 + fact.size());
  CHECK(body.at("citations").at(0) == json::string(url));

  const auto page =
      daemon.request("GET", "/seekd/v1/page?url=https%3A%2F%2Fdocs.example.org%2Fkestrel");
  REQUIRE(page.status == 200);
  const json::object& snapshot = citation.at("snapshot").as_object();
  CHECK(snapshot.at("hash") == page.json().at("snapshot_hash"));
  CHECK(snapshot.at("state") == "fresh");
  std::string text;
  const json::object shown = page.json();
  for (const json::value& block : shown.at("blocks").as_array()) {
    text += (text.empty() ? "" : "\n") + std::string(block.at("text").as_string());
  }
  const auto begin = snapshot.at("byte_begin").to_number<std::size_t>();
  const auto end = snapshot.at("byte_end").to_number<std::size_t>();
  CHECK(text.substr(begin, end - begin) == fact);
}

TEST_CASE("a stream carries the same text, the annotations and the usage") {
  ServedDaemon daemon(saying(fact));
  daemon.request("POST", "/seekd/v1/import", import_of(fact));
  const auto reply =
      daemon.request("POST", "/v1/chat/completions",
                     ask("Which port does Kestrel use?",
                         {{"stream", true}, {"stream_options", {{"include_usage", true}}}}));
  REQUIRE(reply.status == 200);
  CHECK(reply.header.contains("content-type: text/event-stream"));
  std::string content;
  std::size_t annotations = 0;
  json::object last;
  std::size_t begin = 0;
  for (std::size_t end = reply.body.find("\n\n"); end != std::string::npos;
       begin = end + 2, end = reply.body.find("\n\n", begin)) {
    const std::string data = reply.body.substr(begin, end - begin);
    REQUIRE(data.starts_with("data: "));
    if (data == "data: [DONE]") continue;
    last = json::parse(data.substr(6)).as_object();
    if (last.at("choices").as_array().empty()) continue;
    const json::object& delta = last.at("choices").at(0).at("delta").as_object();
    if (delta.contains("content")) content += delta.at("content").as_string();
    if (delta.contains("annotations")) annotations += delta.at("annotations").as_array().size();
  }
  CHECK(content == fact);
  CHECK(annotations == 1);
  CHECK(last.at("usage").at("completion_tokens") == 7);
  CHECK(reply.body.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("where the rules are unsure the model's opinion is asked for, in a question and alone") {
  const TemporaryFolder folder;
  config::Config config = test_config(folder);
  config.answer.model_judges = config::ModelAsked::always;
  ServedDaemon daemon(std::move(config), saying(fact));
  const auto decide = [&](const std::string& question) {
    const auto reply = daemon.request("POST", "/seekd/v1/decide",
                                      json::serialize(json::object{{"question", question}}));
    REQUIRE(reply.status == 200);
    return reply.json();
  };
  const std::string open = "Which port does Kestrel use by default?";
  const json::object alone = decide(open);  // the model fails, and the rules decide
  CHECK(alone.at("needs_fresh") == false);
  daemon.model().yes = 0.97;
  const json::object asked = decide(open);
  CHECK(asked.at("needs_fresh") == true);
  CHECK(asked.at("reasons").as_array().back() == "the model says so with 97 %");
  CHECK(daemon.model().scorings == 2);
  decide("What is the weather in Bergen today?");  // the rules are sure
  CHECK(daemon.model().scorings == 2);
  const auto answer = daemon.request("POST", "/v1/chat/completions", ask(open));
  REQUIRE(answer.status == 200);
  CHECK(daemon.model().scorings == 3);
  CHECK(answer.json().at("notices").at(0).at("code") == "no_source");
  CHECK(daemon.request("POST", "/seekd/v1/decide", "{}").status == 400);
}

TEST_CASE("log-probabilities come with the text that they are of, streamed or not") {
  ServedDaemon daemon(saying("It is seven."));
  const json::object wanted{{"logprobs", true}, {"top_logprobs", 2}, {"disable_search", true}};
  const auto whole = daemon.request("POST", "/v1/chat/completions", ask("How many?", wanted));
  REQUIRE(whole.status == 200);
  const json::object body = whole.json();
  const json::array& tokens = body.at("choices").at(0).at("logprobs").at("content").as_array();
  REQUIRE(tokens.size() == 3);
  CHECK(tokens[2].at("token") == "seven.");
  CHECK(tokens[2].at("logprob") == -0.5);
  CHECK(tokens[2].at("top_logprobs").as_array().size() == 2);

  json::object streaming = wanted;
  streaming["stream"] = true;
  const auto reply =
      daemon.request("POST", "/v1/chat/completions", ask("How many, streamed?", streaming));
  REQUIRE(reply.status == 200);
  json::array streamed;
  std::size_t begin = 0;
  for (std::size_t end = reply.body.find("\n\n"); end != std::string::npos;
       begin = end + 2, end = reply.body.find("\n\n", begin)) {
    const std::string data = reply.body.substr(begin, end - begin);
    if (data == "data: [DONE]") continue;
    const json::value choice = json::parse(data.substr(6)).at("choices").at(0);
    if (choice.at("logprobs").is_null()) continue;
    const json::array& content = choice.at("logprobs").at("content").as_array();
    REQUIRE(content.size() == 1);
    CHECK(choice.at("delta").at("content") == content[0].at("token"));
    streamed.push_back(content[0]);
  }
  CHECK(streamed == tokens);

  const auto without = daemon.request("POST", "/v1/chat/completions", ask("How many?"));
  CHECK(without.json().at("choices").at(0).at("logprobs").is_null());
  const auto refused =
      daemon.request("POST", "/v1/chat/completions", ask("How many?", {{"top_logprobs", 2}}));
  CHECK(refused.status == 400);
  CHECK(refused.json().at("error").at("param") == "top_logprobs");
}

TEST_CASE("texts are gone on with one after another, streamed or not, and no page is read") {
  ServedDaemon daemon(saying("seven and out"));
  daemon.request("POST", "/seekd/v1/import", import_of(fact));
  const json::object wanted{{"prompt", {"Kestrel has", "It is"}}, {"echo", true}};
  const auto whole = daemon.request("POST", "/v1/completions", json::serialize(wanted));
  REQUIRE(whole.status == 200);
  const json::object body = whole.json();
  CHECK(body.at("object") == "text_completion");
  CHECK(body.at("choices").at(0).at("text") == "Kestrel hasseven and out");
  CHECK(body.at("choices").at(1).at("text") == "It isseven and out");
  CHECK(body.at("usage").at("completion_tokens") == 6);
  CHECK(daemon.model().generations == 2);

  json::object streaming = wanted;
  streaming["stream"] = true;
  const auto reply = daemon.request("POST", "/v1/completions", json::serialize(streaming));
  REQUIRE(reply.status == 200);
  CHECK(reply.body.ends_with("data: [DONE]\n\n"));
  std::vector<std::string> texts(2);
  std::size_t begin = 0;
  for (std::size_t end = reply.body.find("\n\n"); end != std::string::npos;
       begin = end + 2, end = reply.body.find("\n\n", begin)) {
    const std::string data = reply.body.substr(begin, end - begin);
    if (data == "data: [DONE]") continue;
    const json::value choice = json::parse(data.substr(6)).at("choices").at(0);
    texts[choice.at("index").to_number<std::size_t>()] += choice.at("text").as_string();
  }
  CHECK(texts == std::vector<std::string>{"Kestrel hasseven and out", "It isseven and out"});

  CHECK(daemon.request("POST", "/v1/embeddings", R"({"input": "x"})").status == 404);
}

TEST_CASE("a response is a chat's answer in another shape, and each of its events has its name") {
  ServedDaemon daemon(saying(fact));
  daemon.request("POST", "/seekd/v1/import", import_of(fact));
  json::object wanted{{"input", "Which port does Kestrel use?"},
                      {"tools", json::array{json::object{{"type", "web_search"}}}}};
  const auto whole = daemon.request("POST", "/v1/responses", json::serialize(wanted));
  REQUIRE(whole.status == 200);
  const json::object body = whole.json();
  const json::array& output = body.at("output").as_array();
  REQUIRE(output.size() == 3);
  CHECK(output[0].at("action").at("type") == "search");
  CHECK(output[1].at("action").at("type") == "find_in_page");
  const json::value& text = output[2].at("content").at(0);
  CHECK(text.at("text") == json::string(fact));
  CHECK(text.at("annotations").at(0).at("url") == json::string(url));
  CHECK(body.at("answered_from") == "computed");

  // The same question of a chat is that question.
  const auto chat =
      daemon.request("POST", "/v1/chat/completions", ask("Which port does Kestrel use?"));
  CHECK(chat.json().at("answered_from") == "kept");
  CHECK(daemon.model().generations == 1);

  wanted["stream"] = true;
  wanted["input"] = "Which port does Kestrel have?";
  const auto reply = daemon.request("POST", "/v1/responses", json::serialize(wanted));
  REQUIRE(reply.status == 200);
  CHECK(reply.body.starts_with("event: response.created\ndata: {\"type\":\"response.created\""));
  CHECK(reply.body.contains("\n\nevent: response.output_text.annotation.added\ndata: "));
  CHECK(reply.body.contains("\n\nevent: response.completed\ndata: "));

  wanted.erase("tools");
  wanted["stream"] = false;
  const auto alone = daemon.request("POST", "/v1/responses", json::serialize(wanted));
  CHECK(alone.json().at("output").as_array().size() == 1);
  CHECK(alone.json().at("citations").as_array().empty());
}

TEST_CASE("who takes a list of texts back stops the one that is being written") {
  ServedDaemon daemon(
      std::make_unique<ScriptedModel>("one two three four five", std::chrono::milliseconds(100)));
  {
    Client caller(daemon.socket());
    caller.send_request("POST", "/v1/completions", R"({"prompt": ["a", "b"], "stream": true})");
    REQUIRE(caller.wait_for("one "));
  }
  for (int i = 0; i < 200 && daemon.model().cancelled == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(daemon.model().cancelled == 1);
  CHECK(daemon.model().generations == 1);
}

TEST_CASE("without a fetcher a page that is not stored leaves an honest answer") {
  ServedDaemon daemon(saying("It is 80."));
  const auto reply = daemon.request("POST", "/v1/chat/completions",
                                    ask("What is on https://docs.example.org/never ?"));
  REQUIRE(reply.status == 200);
  const json::object body = reply.json();
  CHECK(body.at("notices").at(0).at("code") == "fetcher_unavailable");
  CHECK(body.at("citations").as_array().empty());
  const std::string content(body.at("choices").at(0).at("message").at("content").as_string());
  CHECK(content.starts_with("I could not read https://docs.example.org/never"));

  const auto fetched =
      daemon.request("POST", "/seekd/v1/fetch", R"({"url": "https://docs.example.org/never"})");
  CHECK(fetched.status == 503);
  CHECK(fetched.json().at("error").at("code") == "fetcher_unavailable");
}

TEST_CASE("a failure before the first text is answered with its own status, streamed or not") {
  ServedDaemon daemon(saying("x"));
  std::string words;
  for (int n = 0; n < 5000; ++n) words += "word ";
  for (const bool stream : {false, true}) {
    const auto reply =
        daemon.request("POST", "/v1/chat/completions", ask(words, {{"stream", stream}}));
    CHECK(reply.status == 400);
    CHECK(reply.json().at("error").at("code") == "context_length_exceeded");
  }
}

TEST_CASE("versions of a page are listed and shown") {
  ServedDaemon daemon(saying("x"));
  daemon.request("POST", "/seekd/v1/import", import_of("The port is 7311."));
  const auto changed = daemon.request("POST", "/seekd/v1/import", import_of("The port is 7411."));
  CHECK(changed.json().at("change") == "changed");
  const auto versions = daemon.request("GET", "/seekd/v1/versions?url=" + url);
  REQUIRE(versions.status == 200);
  CHECK(versions.json().at("versions").as_array().size() == 2);
  const auto first = daemon.request("GET", "/seekd/v1/page?version=1&url=" + url);
  CHECK(first.json().at("blocks").at(0).at("text") == "The port is 7311.");
  CHECK(daemon.request("GET", "/seekd/v1/page?version=9&url=" + url).status == 404);
}

TEST_CASE("pages are held, let go and forgotten, and the cache is verified and copied") {
  ServedDaemon daemon(saying("x"));
  daemon.request("POST", "/seekd/v1/import", import_of(fact));
  const auto held =
      daemon.request("POST", "/seekd/v1/hold", R"({"pages": ".example.org", "reason": "case 12"})");
  CHECK(held.json().at("pages") == 1);
  const auto holds = daemon.request("GET", "/seekd/v1/holds").json();
  CHECK(holds.at("holds").at(0).at("reason") == "case 12");
  const std::string site = R"({"pages": ".example.org"})";
  CHECK(daemon.request("POST", "/seekd/v1/forget", site).status == 400);
  CHECK(daemon.request("POST", "/seekd/v1/let-go", site).json().at("pages") == 1);
  CHECK(daemon.request("POST", "/seekd/v1/let-go", site).status == 404);

  CHECK(daemon.request("POST", "/seekd/v1/cache/verify", "{}").json().at("sound") == true);
  CHECK(daemon.request("POST", "/seekd/v1/cache/compact", "{}").status == 200);
  const std::string name = R"({"name": "one"})";
  const auto copied = daemon.request("POST", "/seekd/v1/cache/backup", name);
  REQUIRE(copied.status == 200);
  CHECK(std::filesystem::exists(std::string(copied.json().at("folder").as_string()) + "/CURRENT"));
  CHECK(daemon.request("POST", "/seekd/v1/cache/backup", name).status == 400);
  for (const char* path : {R"({"name": "../up"})", R"({"name": "/tmp/x"})", R"({"name": ""})"}) {
    CHECK(daemon.request("POST", "/seekd/v1/cache/backup", path).status == 400);
  }

  const auto forgotten = daemon.request("POST", "/seekd/v1/forget", site).json();
  CHECK(forgotten.at("pages") == 1);
  CHECK(forgotten.at("traces") == 0);
  CHECK(daemon.request("POST", "/seekd/v1/hold", R"({"pages": "example.org"})").status == 400);
  CHECK(daemon.request("POST", "/seekd/v1/forget", R"({"pages": "no site"})").status == 400);
}

TEST_CASE("bad requests to the cache's interfaces are refused by name") {
  ServedDaemon daemon(saying("x"));
  const auto param = [&](const std::string& target, const std::string& body) {
    const auto reply = daemon.request(body.empty() ? "GET" : "POST", target, body);
    CHECK((reply.status == 400 || reply.status == 404));
    const json::object error = reply.json().at("error").as_object();
    return error.at("param").is_null() ? std::string() : std::string(error.at("param").as_string());
  };
  CHECK(param("/seekd/v1/search", "{}") == "query");
  CHECK(param("/seekd/v1/search", R"({"query": "x", "top": 0})") == "top");
  CHECK(param("/seekd/v1/search", R"({"query": "x", "hosts": "y"})") == "hosts");
  CHECK(param("/seekd/v1/search", R"({"query": "x", "mode": "y"})") == "mode");
  CHECK(param("/seekd/v1/search", R"({"query": "x", "max_age": -1})") == "max_age");
  CHECK(param("/seekd/v1/search", R"({"query": "x", "sort": "y"})") == "sort");
  CHECK(param("/seekd/v1/search", R"({"query": "x", "hosts": ["https://a.org"]})") == "hosts");
  CHECK(param("/seekd/v1/search?top=1", R"({"query": "x"})") == "top");
  CHECK(param("/seekd/v1/page?url=&url=" + url, "") == "url");
  CHECK(param("/health?verbose=1", "") == "verbose");
  CHECK(param("/v1/models?limit=1", "") == "limit");
  CHECK(param("/seekd/v1/selftest", R"({"depth": 1})") == "depth");
  CHECK(daemon.request("GET", "/health", R"({"verbose": true})").status == 400);
  CHECK(param("/seekd/v1/fetch", "{}") == "url");
  CHECK(param("/seekd/v1/fetch", R"({"url": 1})") == "url");
  CHECK(param("/seekd/v1/fetch", R"({"url": ")" + std::string(5000, 'x') + "\"}") == "url");
  CHECK(param("/seekd/v1/page", "") == "url");
  CHECK(param("/seekd/v1/page?url=" + url + "&version=x", "") == "version");
  CHECK(param("/seekd/v1/page?url=" + url + "&colour=red", "") == "colour");
  CHECK(param("/seekd/v1/page?url=https%3A%2F%2F127.0.0.1%2F", "") == "url");
  CHECK(param("/seekd/v1/page?url=%ff%00%e2%80%ae", "") == "url");
  CHECK(param("/seekd/v1/versions?url=" + url, "") == "url");
  CHECK(param("/seekd/v1/import", R"({"url": "nowhere", "text": "x"})") == "url");
  CHECK(param("/seekd/v1/import", R"({"url": ")" + url + R"(", "text": " \n\n "})") == "text");
  CHECK(param("/seekd/v1/import",
              R"({"url": ")" + url + R"(", "text": "x", "retrieved_at": "today"})") ==
        "retrieved_at");
  CHECK(param("/seekd/v1/import",
              R"({"url": ")" + url +
                  R"(", "text": "x", "retrieved_at": "2001-01-01T00:00:00Z"})") == "retrieved_at");
}

TEST_CASE("the status says what runs, and the models are listed") {
  ServedDaemon daemon(saying("x"));
  daemon.request("POST", "/seekd/v1/import", import_of("Text."));
  const json::object status = daemon.request("GET", "/seekd/v1/status").json();
  CHECK(status.at("cache").at("pages") == 1);
  CHECK(status.at("model").at("name") == "scripted");
  CHECK(status.at("fetcher").at("reachable") == false);
  CHECK(daemon.request("GET", "/v1/models").json().at("data").at(0).at("id") == "scripted");
}

TEST_CASE("a model that hangs or is lost is told of, and asked nothing") {
  ServedDaemon daemon(saying(fact));
  const auto healthy = daemon.request("GET", "/health");
  CHECK(healthy.status == 200);
  CHECK(healthy.body == R"({"status":"ok"})");
  for (const auto state : {model::ModelState::hung, model::ModelState::lost}) {
    daemon.model().fall_ill({state, "nothing comes back"});
    const auto health = daemon.request("GET", "/health");
    CHECK(health.status == 503);
    CHECK(health.header.contains("retry-after:"));
    CHECK(health.json() ==
          json::object{{"status", to_string(state)}, {"reason", "nothing comes back"}});
    const auto asked = daemon.request("POST", "/v1/chat/completions", ask("How are you?"));
    CHECK(asked.status == 503);
    CHECK(asked.json().at("error").at("code") == "unavailable");
    CHECK(asked.json().at("error").at("message") == "nothing comes back");
    const auto status = daemon.request("GET", "/seekd/v1/status").json().at("model").as_object();
    CHECK(status.at("state") == json::string(to_string(state)));
    CHECK(status.at("reason") == "nothing comes back");
    CHECK(status.at("name") == "scripted");
    CHECK(daemon.request("GET", "/metrics")
              .body.contains("seekd_model_state{model_name=\"scripted\",state=\"" +
                             std::string(to_string(state)) + "\"} 1"));
  }
  CHECK(daemon.model().generations == 0);
  daemon.model().fall_ill({});
  CHECK(daemon.request("GET", "/health").status == 200);
  CHECK(daemon.request("POST", "/v1/chat/completions", ask("How are you?")).status == 200);
}

TEST_CASE("steps of the model that failed are counted by cause") {
  ServedDaemon daemon(saying(fact));
  const std::string text = daemon.request("GET", "/metrics").body;
  const auto counted = [&](const std::string& cause, int count) {
    return text.contains("seekd_model_failed_steps_total{model_name=\"scripted\",cause=\"" + cause +
                         "\"} " + std::to_string(count));
  };
  CHECK(counted("out_of_memory", 3));
  CHECK(counted("error", 2));
  CHECK(counted("hang", 1));
  CHECK(text.contains("seekd_model_recoveries_total{model_name=\"scripted\"} 4"));
  CHECK(text.contains("seekd_model_state{model_name=\"scripted\",state=\"ok\"} 1"));
  CHECK(text.contains("seekd_model_state{model_name=\"scripted\",state=\"hung\"} 0"));
}

}  // namespace
}  // namespace seekd::daemon
