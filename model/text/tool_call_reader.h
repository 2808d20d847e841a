// ToolCallReader: an answer's text in pieces; out come its content and the calls in it.
//
// A call is told when it is whole and known to be one: of a tool of the request, with a JSON object
// of arguments. What begins like a call and is none stays content, without the marks that are
// tokens; so does one that the answer's end cuts. Space about calls is no content. What may be the
// beginning of a call is held back, and never more than held_max bytes. Cannot fail, whatever the
// text; one answer, one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "model/text/call_words.h"

namespace seekd::model {

class ToolCallReader {
 public:
  static constexpr std::size_t held_max = 1 << 20;  // bytes
  static constexpr std::size_t calls_max = 128;

  // What a run of the text is: content as it stands, or a call, or nothing that is told.
  struct Piece {
    std::size_t read = 0;  // bytes of the text
    std::string content;   // empty, or all of them
    std::optional<ToolCall> call = std::nullopt;
  };

  // `seed` makes the calls' ids.
  ToolCallReader(CallSyntax syntax, std::span<const Tool> tools, const ToolUse& use,
                 std::uint64_t seed);

  // The bytes of the mark that the token is; nullptr of any other.
  const std::string* mark_of(TokenId token) const;

  // What has become certain with this text; marks in it as mark_of() has them.
  std::vector<Piece> push(std::string_view text);

  // The text has ended.
  std::vector<Piece> finish();

  // Its calls are whole: what follows is not wanted.
  bool done() const { return done_; }

 private:
  enum class At : std::uint8_t {
    begin,    // llama3: so far the answer may be a call
    content,  // a mark may begin calls
    calls,    // DeepSeek: between the frame's marks, about the calls
    call,     // inside one
  };

  bool step(std::vector<Piece>& out);
  bool step_begin(std::vector<Piece>& out);
  bool step_content(std::vector<Piece>& out);
  bool step_calls(std::vector<Piece>& out);
  bool step_call(std::vector<Piece>& out);
  void end_call(std::size_t body_end, std::size_t end, std::vector<Piece>& out);
  std::optional<std::size_t> object_end();
  std::optional<ToolCall> parse(std::string_view body) const;
  void tell_content(std::size_t bytes, std::vector<Piece>& out);
  void pass_over(std::size_t bytes, std::vector<Piece>& out);
  void give_up(std::size_t bytes, std::vector<Piece>& out);

  const CallSyntax syntax_;
  const bool parallel_;
  const std::uint64_t seed_;
  std::vector<std::string> names_;
  At at_;
  std::string held_;
  std::size_t body_ = 0;    // where the call's text begins in held_
  std::size_t looked_ = 0;  // bytes of held_ that its end is not in
  unsigned depth_ = 0;      // llama3: of the JSON that has been looked at
  bool in_string_ = false;
  bool escaped_ = false;
  std::size_t calls_ = 0;
  bool done_ = false;
};

}  // namespace seekd::model
