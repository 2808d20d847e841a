// AnswerPrinter: an answer of /v1/chat/completions as a person reads it: the text, then its
// citations, then notices; and where they were asked for the steps to it, each when it comes.
//
// Takes the chunks of a stream as they come, or the one object of a whole reply. One thread. `out`
// gets what was asked for, `notes` what a person should know beside it; both without control
// characters.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>

#include "policy/result.h"

namespace seekd::ctl {

class AnswerPrinter {
 public:
  AnswerPrinter(std::ostream& out, std::ostream& notes);

  // One event of a stream; "[DONE]" ends it.
  void take_event(std::string_view data);
  // A whole reply.
  void take_reply(const boost::json::object& reply);

  // Prints what stands after the text. Errors: what the stream ended with; unavailable when it
  // broke off before its end.
  Status finish();

 private:
  void take_text(const std::string& text);
  void keep_sources(const boost::json::object& body, const boost::json::object& choice_part);
  void print_steps(const boost::json::object& body);
  void print_citations();
  void print_notices();
  std::string quoted_sentence(std::int64_t begin, std::int64_t end) const;

  std::ostream& out_;
  std::ostream& notes_;
  std::string content_;  // as sent: annotations count its code points
  boost::json::object sources_;
  std::string error_;
  bool ended_ = false;
};

}  // namespace seekd::ctl
