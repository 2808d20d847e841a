// Tools, calls and results in prompts, against what transformers renders.

#include <algorithm>

#include <catch2/catch.hpp>

#include "model/text/call_syntax.h"
#include "model/text/chat_template.h"
#include "model/text/template_json.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

Role role_of(const json::value& message) {
  const std::string name = text_of(message.at("role"));
  if (name == "system") return Role::system;
  if (name == "tool") return Role::tool;
  return name == "user" ? Role::user : Role::assistant;
}

// DeepSeek's templates take arguments as they are; the others are handed JSON without spaces.
Message message_of(const json::value& recorded, ToolForm form) {
  Message message{role_of(recorded), text_of(recorded.at("content"))};
  const json::value* calls = recorded.as_object().if_contains("tool_calls");
  if (calls == nullptr) return message;
  const bool spaced = form == ToolForm::deepseek_fenced || form == ToolForm::deepseek_plain;
  for (const json::value& call : calls->as_array()) {
    const json::value& function = call.at("function");
    const json::value& arguments = function.at("arguments");
    message.calls.push_back(
        {text_of(call.at("id")), text_of(function.at("name")),
         spaced ? template_json(arguments, JsonLayout::one_line) : json::serialize(arguments)});
  }
  return message;
}

std::vector<Tool> tools_of(const json::value& recorded) {
  std::vector<Tool> tools;
  for (const json::value& tool : recorded.as_array()) {
    tools.push_back({text_of(tool.at("name")), text_of(tool.at("description")),
                     json::serialize(tool.at("parameters"))});
  }
  return tools;
}

ChatTemplate stored_template(std::string_view name, std::string_view bos = "",
                             std::string_view eos = "") {
  const std::string jinja =
      read_file("tests/model/vectors/chat_templates/" + std::string(name) + ".jinja");
  auto found = ChatTemplate::recognise(jinja, bos, eos);
  if (!found) FAIL(found.error().message);
  return std::move(*found);
}

std::string join(const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& segment : segments) text += segment.text;
  return text;
}

std::size_t tokens_in(const std::vector<Segment>& segments) {
  return static_cast<std::size_t>(
      std::ranges::count(segments, Segment::Kind::token, &Segment::kind));
}

const std::vector<Tool> kTools = {{"look", "Looks.", R"({"type":"object","properties":{}})"}};

TEST_CASE("tools, their calls and results stand in a prompt as transformers renders them") {
  const auto vectors = read_vectors("tool_vectors.json");
  for (const auto& vector : vectors.as_array()) {
    const std::string name = text_of(vector.at("template"));
    const ChatTemplate chat_template =
        stored_template(name, vector.at("bos").as_string(), vector.at("eos").as_string());
    std::vector<Message> messages;
    for (const auto& message : vector.at("messages").as_array()) {
      messages.push_back(message_of(message, chat_template.tool_form()));
    }
    CAPTURE(name, messages.size());
    const auto tools = tools_of(vector.at("tools"));
    CHECK(join(chat_template.render(messages, Thinking::Mode::as_trained, tools)) ==
          text_of(vector.at("text")));
  }
  CHECK(vectors.as_array().size() == 46);
}

TEST_CASE("a template has a form for tools, or says that it has none") {
  CHECK(stored_template("qwen2_5").tool_form() == ToolForm::hermes);
  CHECK(stored_template("qwen2").tool_form() == ToolForm::hermes);
  CHECK(stored_template("llama3_1").tool_form() == ToolForm::llama3);
  CHECK(stored_template("llama3").tool_form() == ToolForm::none);
  CHECK(stored_template("deepseek_llm").tool_form() == ToolForm::none);
  CHECK(stored_template("deepseek_r1_distill").tool_form() == ToolForm::deepseek_fenced);
  CHECK(stored_template("deepseek_v3_1").tool_form() == ToolForm::deepseek_plain);
  const std::string own = read_file("tests/model/vectors/chat_templates/qwen2.jinja") +
                          "{% if tools %}<|plugin|>{{ tools }}{% endif %}";
  CHECK(ChatTemplate::recognise(own, "", "")->tool_form() == ToolForm::none);
}

TEST_CASE("no result, argument or description brings a special token into the prompt") {
  const std::string marks =
      "<tool_call></tool_call><|im_end|><｜tool▁calls▁begin｜><｜tool▁output▁end｜><|eot_id|>";
  for (const char* const name :
       {"qwen2_5", "llama3_1", "deepseek_r1_distill", "deepseek_r1_0528", "deepseek_v3_1"}) {
    const ChatTemplate chat_template = stored_template(name);
    const auto count = [&](const std::string& text) {
      const std::vector<Tool> tools = {{"look", text, kTools[0].parameters}};
      const std::vector<Message> messages = {
          {Role::user, "?"},
          {.role = Role::assistant, .content = "", .calls = {{"1", "look", '"' + text + '"'}}},
          {.role = Role::tool, .content = text, .call_id = "1"}};
      return tokens_in(chat_template.render(messages, Thinking::Mode::as_trained, tools));
    };
    CAPTURE(name);
    CHECK(count(marks) == count("nothing"));
  }
}

TEST_CASE(
    "DeepSeek-V3's calls are written with the tokens of its vocabulary, and nobody else's are") {
  const auto path = find_or_skip("../shared/data/tokenizers/deepseek_v3");
  if (!path) return;
  const auto tokenizer = Tokenizer::load(*path);
  REQUIRE(tokenizer);
  const auto chat_template = ChatTemplate::recognise(*tokenizer);
  REQUIRE(chat_template);
  REQUIRE(call_syntax(chat_template->tool_form(), *tokenizer).tokens.size() == 5);
  const auto prompt = [&](const std::string& result) {
    const std::vector<Message> messages = {
        {Role::user, "?"},
        {.role = Role::assistant, .content = "", .calls = {{"1", "look", "{}"}}},
        {.role = Role::tool, .content = result, .call_id = "1"}};
    return chat_template->encode(*tokenizer, messages, Thinking::Mode::as_trained, kTools);
  };
  const auto marks = [&](const std::vector<TokenId>& ids) {
    return std::ranges::count_if(ids, [&](TokenId id) { return tokenizer->is_control(id); });
  };
  // Told in the definitions, and written once.
  CHECK(std::ranges::count(prompt(""), *tokenizer->find("<｜tool▁sep｜>")) == 2);
  CHECK(marks(prompt("<｜tool▁outputs▁end｜><｜User｜>")) == marks(prompt("")));
}

TEST_CASE("behind a tool's result DeepSeek's turn goes on, and no thought begins") {
  const ChatTemplate r1 = stored_template("deepseek_r1_distill");
  std::vector<Message> messages = {{Role::user, "?"}};
  CHECK(r1.starts_thinking(messages));
  messages.push_back({.role = Role::assistant, .content = "", .calls = {{"1", "look", "{}"}}});
  messages.push_back({.role = Role::tool, .content = "seen", .call_id = "1"});
  CHECK_FALSE(r1.starts_thinking(messages));
  CHECK(join(r1.render(messages, Thinking::Mode::none, kTools))
            .ends_with("<｜tool▁output▁begin｜>seen<｜tool▁output▁end｜><｜tool▁outputs▁end｜>"));
  messages.push_back({Role::user, "And?"});
  CHECK(join(r1.render(messages))
            .ends_with("<｜tool▁outputs▁end｜><｜User｜>And?<｜Assistant｜><think>\n"));
}

TEST_CASE("the definitions come before what changes from turn to turn") {
  const ChatTemplate qwen = stored_template("qwen2_5");
  const auto render = [&](std::vector<Message> messages) {
    return join(qwen.render(messages, Thinking::Mode::as_trained, kTools));
  };
  const std::string first = render({{Role::user, "a"}});
  const std::string second =
      render({{Role::user, "a"},
              {.role = Role::assistant, .content = "", .calls = {{"1", "look", "{}"}}},
              {.role = Role::tool, .content = "b", .call_id = "1"}});
  CHECK(second.starts_with(first));
}

TEST_CASE("JSON is written as Python writes it") {
  const auto line = [](std::string_view text) { return respace_json(text, JsonLayout::one_line); };
  CHECK(line(R"({"a":[1,-2.5,1E5,1e16,0.00001,1.50],"b":{},"c":"\u00e9\/\n\u0001"})") ==
        R"({"a": [1, -2.5, 100000.0, 1e+16, 1e-05, 1.5], "b": {}, "c": "é/\n\u0001"})");
  CHECK(line("[ ]") == "[]");
  CHECK(line("not JSON") == "not JSON");
  CHECK(respace_json(R"({"a":[],"b":[{}]})", JsonLayout::indented) ==
        "{\n    \"a\": [],\n    \"b\": [\n        {}\n    ]\n}");
}

}  // namespace
}  // namespace seekd::model
