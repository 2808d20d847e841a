// ResponseWriter: an answer as a response of OpenAI's, item by item, and the events by which a
// client follows it.
//
// Sends nothing: each function gives the events that are due, in their order, the first of them
// response.created. Calls of the search tool come first, then the thought, then the message, then
// calls of the caller's functions. One a response; one thread.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "daemon/answer/answer.h"
#include "daemon/api/api_error.h"
#include "daemon/api/response_request.h"
#include "daemon/api/web_search_calls.h"

namespace seekd::daemon {

class ResponseWriter {
 public:
  struct Event {
    std::string_view type;  // of static storage
    std::string data;       // JSON without line breaks
  };
  using Events = std::vector<Event>;

  struct Head {
    std::string id;     // hexadecimal digits; items have them in their names, too
    std::string model;  // its name
    TimePoint created;
    boost::json::object settings;  // as ResponseRequest has them
    CallSources sources = CallSources::left_out;
  };

  // `question`: as WebSearchCalls has it.
  ResponseWriter(Head head, std::string_view question) : head_(std::move(head)), calls_(question) {}

  // None for a step that is no call of the tool.
  Events step(const TraceStep& step);
  Events text(const model::TextDelta& delta);
  // The last: text that was not told before, annotations, and response.completed or
  // response.incomplete.
  Events done(const Answer& answer);
  // Or this: response.failed.
  Events failed(const ApiError& error);

  // The response itself, after done().
  const boost::json::object& response() const { return response_; }

 private:
  // An item with one part of text.
  struct Text {
    std::size_t index = 0;  // in the output
    std::string id;
    std::string text;
  };

  // An item with a call of the caller's function.
  struct Function {
    std::size_t index = 0;  // in the output
    std::string id;
    model::ToolCall call;  // its arguments as far as they are told
  };

  void begin(Events& events);
  void tell(Events& events, std::string_view type, const boost::json::object& fields);
  void tell_calls(Events& events, const std::vector<WebSearchCalls::Change>& changes);
  void tell_response(Events& events, std::string_view type);
  void think(Events& events, std::string_view text);
  void end_thought(Events& events);
  void write(Events& events, std::string_view text, const std::vector<model::AnswerToken>& tokens);
  void end_message(Events& events, const Answer& answer);
  void call(Events& events, const model::ToolCallDelta& delta);
  void end_functions(Events& events, const std::vector<model::ToolCall>& calls);
  std::size_t add_item(Events& events, boost::json::object item);
  void end_item(Events& events, std::size_t index, boost::json::object item);
  std::string item_id(std::string_view kind) const;
  boost::json::object response_json(std::string_view status) const;

  const Head head_;
  WebSearchCalls calls_;
  std::vector<std::size_t> call_indices_;  // in the output
  boost::json::array output_;
  std::optional<Text> thought_;
  bool thought_ended_ = false;
  std::optional<Text> message_;
  std::vector<Function> functions_;  // as Answer::calls
  boost::json::object response_;
  std::size_t sequence_ = 0;
};

}  // namespace seekd::daemon
