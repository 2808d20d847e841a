#include "model/shape/tool_grammar.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "model/shape/free_text.h"
#include "model/shape/schema_reader.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

using Mode = ToolUse::Mode;

constexpr std::size_t schema_bytes_max = 256 << 10;  // of all tools

json::value any_object() {
  return json::object{{"type", "object"}};
}

json::value empty_object() {
  return json::object{{"type", "object"}, {"additionalProperties", false}};
}

// The schema of a tool's arguments; one that names nothing is of a function without arguments.
json::value arguments_of(const Tool& tool) {
  if (tool.parameters.empty()) return empty_object();
  boost::system::error_code error;
  json::value schema = json::parse(tool.parameters, error, {}, {.max_depth = 100});
  if (error || !schema.is_object()) return any_object();
  json::object& words = schema.get_object();
  if (words.empty()) return empty_object();
  if (!words.contains("$ref")) words.emplace("type", "object");
  const json::value* type = words.if_contains("type");
  return type != nullptr && *type == json::value("object") ? schema : any_object();
}

std::string source_of(std::span<const Tool> tools, const ToolUse& use, const CallSyntax& syntax) {
  std::string source = "calls\n" + std::to_string(static_cast<int>(syntax.form)) +
                       std::to_string(static_cast<int>(use.mode)) + (use.parallel ? "*" : "1");
  source += "\n" + use.only;
  for (const Tool& tool : tools) source += "\n" + tool.name + "\n" + tool.parameters;
  return source;
}

class ToolGrammar {
 public:
  ToolGrammar(std::span<const Tool> tools, const ToolUse& use, const CallSyntax& syntax,
              const std::vector<json::value>& arguments)
      : tools_(tools),
        use_(use),
        syntax_(syntax),
        arguments_(arguments),
        words_(call_words(syntax.form, syntax.marks)) {}

  std::optional<Grammar> write(std::string source, GrammarBuilder::Fault& fault) && {
    const auto root = builder_.rule();
    const auto [first, last] = builder_.part(root);
    const StateId names = builder_.state();
    if (use_.mode == Mode::required) {
      builder_.text(first, words_.opening, names);
    } else {
      builder_.allow_empty();
      if (syntax_.begin().empty()) {
        write_begun_names(first, last);
        return builder_.finish(root, std::move(source), fault);
      }
      write_free_text(first, names);
    }
    if (use_.mode != Mode::none) write_names(names, last);
    return builder_.finish(root, std::move(source), fault);
  }

 private:
  bool may_call(const Tool& tool) const { return use_.only.empty() || tool.name == use_.only; }

  // Up to where a name begins.
  void write_free_text(StateId first, StateId names) {
    const std::string& mark = syntax_.begin();
    if (use_.mode == Mode::none) return add_free_until(builder_, first, mark, std::nullopt);
    const StateId behind = builder_.state();
    add_free_until(builder_, first, mark, behind);
    builder_.text(behind, words_.opening.substr(mark.size()), names);
  }

  // Calls from a name on, and what follows them.
  void write_names(StateId names, StateId last) {
    const StateId closing = builder_.state();
    const StateId closed = builder_.state();
    for (std::size_t i = 0; i < tools_.size(); ++i) {
      if (!may_call(tools_[i])) continue;
      const StateId arguments = builder_.state();
      builder_.text(names, tools_[i].name + words_.behind_name, arguments);
      builder_.call(arguments, rule_of(i), closing);
    }
    builder_.text(closing, words_.closing, closed);
    if (words_.ending.empty()) {
      builder_.skip(closed, last);
    } else {
      builder_.text(closed, words_.ending, last);
    }
    if (use_.parallel && !words_.between.empty()) builder_.text(closed, words_.between, names);
  }

  // A form without a mark: the answer's beginning shows that it is a call. Each place of it is a
  // state of its own, from which another byte leads to text that is free.
  void write_begun_names(StateId first, StateId last) {
    const StateId free = builder_.state();
    builder_.byte(free, 0x00, 0xFE, free);
    builder_.end(free);
    const StateId closing = builder_.state();
    builder_.text(closing, words_.closing, last);
    std::map<std::string, StateId> places = {{"", first}};
    std::map<StateId, std::map<std::uint8_t, std::optional<StateId>>> known;
    for (std::size_t i = 0; i < tools_.size(); ++i) {
      const std::string whole = words_.opening + tools_[i].name + words_.behind_name;
      StateId from = first;
      for (std::size_t size = 1; size < whole.size(); ++size) {
        const auto [place, fresh] = places.try_emplace(whole.substr(0, size), 0);
        if (fresh) {
          place->second = builder_.state();
          builder_.end(place->second);
          known[from][static_cast<std::uint8_t>(whole[size - 1])] = place->second;
        }
        from = place->second;
      }
      auto& behind = known[from][static_cast<std::uint8_t>(whole.back())];
      if (use_.mode == Mode::none) continue;
      behind = builder_.state();
      builder_.call(*behind, rule_of(i), closing);
    }
    for (const auto& [from, steps] : known) write_steps(from, steps, free);
  }

  void write_steps(StateId from, const std::map<std::uint8_t, std::optional<StateId>>& steps,
                   StateId free) {
    unsigned next = 0;
    for (const auto& [byte, to] : steps) {
      if (byte > next) {
        builder_.byte(from, static_cast<std::uint8_t>(next), static_cast<std::uint8_t>(byte - 1),
                      free);
      }
      if (to) builder_.byte(from, byte, byte, *to);
      next = byte + 1U;
    }
    builder_.byte(from, static_cast<std::uint8_t>(next), 0xFE, free);
  }

  // What of a schema that cannot be honoured has been written is reached from nowhere.
  GrammarBuilder::RuleId rule_of(std::size_t tool) {
    const auto rule =
        SchemaReader(builder_, arguments_[tool], Strictness::as_written, work_).read();
    if (rule) return *rule;
    const auto any = SchemaReader(builder_, any_object_, Strictness::as_written, work_).read();
    // Where the builder is full there is no grammar.
    return any ? *any : builder_.rule();
  }

  const std::span<const Tool> tools_;
  const ToolUse& use_;
  const CallSyntax& syntax_;
  const std::vector<json::value>& arguments_;
  const CallWords words_;
  const json::value any_object_ = any_object();
  GrammarBuilder builder_;
  SchemaWork work_;
};

}  // namespace

Result<Grammar> compile_tool_calls(std::span<const Tool> tools, const ToolUse& use,
                                   const CallSyntax& syntax) {
  const std::string source = source_of(tools, use, syntax);
  GrammarBuilder::Fault fault{};
  std::vector<json::value> arguments;
  std::size_t bytes = 0;
  for (const Tool& tool : tools) {
    bytes += tool.parameters.size();
    arguments.push_back(bytes > schema_bytes_max ? any_object() : arguments_of(tool));
  }
  if (auto all = ToolGrammar(tools, use, syntax, arguments).write(source, fault)) {
    return *std::move(all);
  }
  // All of them are too much, or what may be called has no arguments that are valid.
  arguments.assign(tools.size(), any_object());
  if (auto all = ToolGrammar(tools, use, syntax, arguments).write(source, fault)) {
    return *std::move(all);
  }
  return fail(ErrorCode::too_large, "the tools are too many for one answer: name fewer");
}

}  // namespace seekd::model
