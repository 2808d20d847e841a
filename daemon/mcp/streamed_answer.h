// StreamedAnswer: the chunks of a streamed chat completion, put together again as the completion
// that they are of; and the steps on its way, as sentences.
//
// Pure; not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace seekd::daemon {

class StreamedAnswer {
 public:
  // Of an event with a step of the trace, what is being done.
  std::optional<std::string> read(std::string_view event);

  // What came, in the shape of a completion; or the error that ended it.
  boost::json::object reply() const;

 private:
  void add_choice(const boost::json::object& choice);

  std::string content_;
  boost::json::value annotations_;
  boost::json::object rest_;  // beside the choices
};

}  // namespace seekd::daemon
