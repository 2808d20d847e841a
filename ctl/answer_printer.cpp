#include "ctl/answer_printer.h"

#include <iomanip>

#include <boost/json.hpp>

#include "ctl/json_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t sentence_characters_max = 100;
constexpr std::size_t hash_digits = 12;

const json::object& first_choice(const json::object& body) {
  static const json::object empty;
  const json::array& choices = array_at(body, "choices");
  return !choices.empty() && choices.front().is_object() ? choices.front().get_object() : empty;
}

// The snapshot of a citation; a client of OpenAI's finds it beside the search result of the same
// URL.
const json::object& snapshot_of(const json::object& citation, const json::array& results) {
  const json::object& own = object_at(citation, "snapshot");
  if (!own.empty()) return own;
  const std::string url = text_at(citation, "url");
  for (const json::value& result : results) {
    if (result.is_object() && text_at(result.get_object(), "url") == url) {
      return object_at(result.get_object(), "snapshot");
    }
  }
  return own;
}

}  // namespace

AnswerPrinter::AnswerPrinter(std::ostream& out, std::ostream& notes) : out_(out), notes_(notes) {}

void AnswerPrinter::take_event(std::string_view data) {
  if (data == "[DONE]") {
    ended_ = true;
    return;
  }
  boost::system::error_code error;
  const json::value value = json::parse({data.data(), data.size()}, error);
  if (error || !value.is_object()) return;
  const json::object& chunk = value.get_object();
  if (chunk.contains("error")) {
    error_ = text_at(object_at(chunk, "error"), "message");
    if (error_.empty()) error_ = "seekd could not finish the answer";
    return;
  }
  print_steps(chunk);
  const json::object& delta = object_at(first_choice(chunk), "delta");
  take_text(text_at(delta, "content"));
  keep_sources(chunk, delta);
}

void AnswerPrinter::take_reply(const json::object& reply) {
  print_steps(reply);
  const json::object& message = object_at(first_choice(reply), "message");
  take_text(text_at(message, "content"));
  keep_sources(reply, message);
  ended_ = true;
}

Status AnswerPrinter::finish() {
  if (!content_.empty() && !content_.ends_with('\n')) out_ << '\n';
  print_citations();
  out_.flush();
  print_notices();
  if (!error_.empty()) return fail(ErrorCode::internal, error_);
  if (!ended_) return fail(ErrorCode::unavailable, "seekd broke the answer off: see its log");
  return {};
}

void AnswerPrinter::take_text(const std::string& text) {
  if (text.empty()) return;
  content_ += text;
  out_ << terminal_text(text) << std::flush;
}

void AnswerPrinter::keep_sources(const json::object& body, const json::object& choice_part) {
  for (const char* name : {"search_results", "notices"}) {
    if (body.contains(name)) sources_[name] = body.at(name);
  }
  if (choice_part.contains("annotations")) sources_["annotations"] = choice_part.at("annotations");
}

void AnswerPrinter::print_steps(const json::object& body) {
  for (const json::value& item : array_at(body, "trace")) {
    if (!item.is_object()) continue;
    const json::object& step = item.get_object();
    notes_ << std::setw(7) << integer_at(step, "at_ms") << " ms  "
           << terminal_line(text_at(step, "step"));
    for (const char* name : {"url", "detail"}) {
      const std::string text = text_at(step, name);
      if (!text.empty()) notes_ << "  " << terminal_line(text, 1000);
    }
    notes_ << '\n';
  }
}

void AnswerPrinter::print_citations() {
  std::size_t number = 0;
  for (const json::value& annotation : array_at(sources_, "annotations")) {
    if (!annotation.is_object()) continue;
    ++number;
    const json::object& citation = object_at(annotation.get_object(), "url_citation");
    const json::object& snapshot = snapshot_of(citation, array_at(sources_, "search_results"));
    out_ << (number == 1 ? "\n" : "") << '[' << number << "] "
         << terminal_line(text_at(citation, "title")) << '\n'
         << "    " << terminal_line(text_at(citation, "url")) << '\n'
         << "    retrieved " << terminal_line(text_at(snapshot, "retrieved_at")) << ", "
         << terminal_line(text_at(snapshot, "state")) << '\n'
         << "    bytes " << integer_at(snapshot, "byte_begin") << " to "
         << integer_at(snapshot, "byte_end") << " of snapshot "
         << terminal_line(text_at(snapshot, "hash"), hash_digits) << '\n'
         << "    for: "
         << quoted_sentence(integer_at(citation, "start_index"), integer_at(citation, "end_index"))
         << '\n';
  }
}

void AnswerPrinter::print_notices() {
  for (const json::value& item : array_at(sources_, "notices")) {
    if (!item.is_object()) continue;
    const json::object& notice = item.get_object();
    notes_ << "seekctl: " << terminal_line(text_at(notice, "code")) << ": "
           << terminal_line(text_at(notice, "message"), 1000);
    const std::string url = text_at(notice, "url");
    if (!url.empty()) notes_ << " (" << terminal_line(url) << ')';
    notes_ << '\n';
  }
}

// Code points [begin, end) of the answer.
std::string AnswerPrinter::quoted_sentence(std::int64_t begin, std::int64_t end) const {
  std::string sentence;
  std::int64_t index = -1;
  for (const char c : content_) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++index;
    if (index >= begin && index < end) sentence += c;
  }
  return terminal_line(sentence, sentence_characters_max);
}

}  // namespace seekd::ctl
