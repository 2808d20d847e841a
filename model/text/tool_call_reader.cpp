#include "model/text/tool_call_reader.h"

#include <algorithm>
#include <utility>

#include "model/text/call_ids.h"
#include "model/text/call_text.h"

namespace seekd::model {
namespace {

constexpr std::size_t space_max = 64;  // bytes of it that are held back before a call

constexpr char marks_max = 5;  // of a form, numbered from 1

// Bytes at the text's end that `mark` may begin with.
std::size_t begun(std::string_view text, std::string_view mark) {
  std::size_t size = std::min(text.size(), mark.size() - 1);
  while (size > 0 && !mark.starts_with(text.substr(text.size() - size))) --size;
  return size;
}

// Bytes of space at the end of the text's first `end`.
std::size_t space_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < space_max && is_call_space(text[begin - 1])) --begin;
  return end - begin;
}

}  // namespace

ToolCallReader::ToolCallReader(CallSyntax syntax, std::span<const Tool> tools, const ToolUse& use,
                               std::uint64_t seed)
    : syntax_(std::move(syntax)),
      parallel_(use.parallel),
      seed_(seed),
      at_(syntax_.form == ToolForm::llama3 ? At::begin : At::content) {
  for (const Tool& tool : tools) names_.push_back(tool.name);
}

const std::string* ToolCallReader::mark_of(TokenId token) const {
  const auto found =
      std::ranges::find(syntax_.tokens, token, &std::pair<TokenId, std::string>::first);
  return found == syntax_.tokens.end() ? nullptr : &found->second;
}

std::vector<ToolCallReader::Piece> ToolCallReader::push(std::string_view text) {
  std::vector<Piece> out;
  if (done_) return out;
  held_ += text;
  while (!done_ && step(out)) {
  }
  if (held_.size() > held_max) give_up(held_.size(), out);
  return out;
}

std::vector<ToolCallReader::Piece> ToolCallReader::finish() {
  std::vector<Piece> out;
  if (done_ || held_.empty()) return out;
  // Some models leave the last mark to the token that ends the text.
  if (at_ == At::call) end_call(held_.size(), held_.size(), out);
  const bool space = std::ranges::all_of(held_, is_call_space);
  if (calls_ > 0 && space) {
    pass_over(held_.size(), out);
  } else {
    tell_content(held_.size(), out);
  }
  return out;
}

// False where more text is needed.
bool ToolCallReader::step(std::vector<Piece>& out) {
  switch (at_) {
    case At::begin:
      return step_begin(out);
    case At::content:
      return step_content(out);
    case At::calls:
      return step_calls(out);
    case At::call:
      return step_call(out);
  }
  return false;
}

bool ToolCallReader::step_begin(std::vector<Piece>& out) {
  const Likeness like = likeness_to_json_call(held_, names_);
  if (like == Likeness::none) give_up(0, out);
  if (like == Likeness::whole) at_ = At::call;
  return like != Likeness::beginning;
}

bool ToolCallReader::step_content(std::vector<Piece>& out) {
  const std::string& mark = syntax_.begin();
  const std::size_t at = mark.empty() ? std::string::npos : held_.find(mark);
  if (at == std::string::npos) {
    const std::size_t sure = held_.size() - (mark.empty() ? 0 : begun(held_, mark));
    tell_content(sure - (mark.empty() ? 0 : space_before(held_, sure)), out);
    return false;
  }
  tell_content(at - space_before(held_, at), out);
  body_ = looked_ = held_.find(mark) + mark.size();
  at_ = syntax_.marks.calls_begin.empty() ? At::call : At::calls;
  return true;
}

bool ToolCallReader::step_calls(std::vector<Piece>& out) {
  std::size_t next = body_;
  while (next < held_.size() && is_call_space(held_[next])) ++next;
  const std::string_view rest = std::string_view(held_).substr(next);
  const CallMarks& marks = syntax_.marks;
  if (rest.starts_with(marks.call_begin)) {
    body_ = looked_ = next + marks.call_begin.size();
    at_ = At::call;
    return true;
  }
  if (rest.starts_with(marks.calls_end)) {
    const std::size_t end = next + marks.calls_end.size();
    done_ = calls_ > 0;
    if (!done_) give_up(end, out);
    if (done_) pass_over(end, out);
    return true;
  }
  if (std::string_view(marks.call_begin).starts_with(rest) ||
      std::string_view(marks.calls_end).starts_with(rest)) {
    return false;
  }
  give_up(next, out);
  return true;
}

bool ToolCallReader::step_call(std::vector<Piece>& out) {
  if (syntax_.form == ToolForm::llama3) {
    const auto end = object_end();
    if (end) end_call(*end, *end, out);
    return end.has_value();
  }
  const std::string& mark = syntax_.marks.call_end;
  const std::size_t at = held_.find(mark, looked_);
  if (at == std::string::npos) {
    looked_ = std::max(looked_, held_.size() - begun(held_, mark));
    return false;
  }
  end_call(at, at + mark.size(), out);
  return true;
}

// The call's text ends at `body_end`, and its mark at `end`.
void ToolCallReader::end_call(std::size_t body_end, std::size_t end, std::vector<Piece>& out) {
  const auto body = std::string_view(held_).substr(body_, body_end - body_);
  std::optional<ToolCall> call = parse(body);
  if (!call) return give_up(end, out);
  call->id = call_id(seed_, calls_++);
  held_.erase(0, end);
  out.push_back({.read = end, .content = {}, .call = std::move(call)});
  body_ = looked_ = 0;
  at_ = syntax_.marks.calls_begin.empty() ? At::content : At::calls;
  done_ = !parallel_ || calls_ == calls_max || syntax_.form == ToolForm::llama3;
}

// Where the object that begins the text ends.
std::optional<std::size_t> ToolCallReader::object_end() {
  for (; looked_ < held_.size(); ++looked_) {
    const char c = held_[looked_];
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{') {
      ++depth_;
    } else if (c == '}' && --depth_ == 0) {
      return ++looked_;
    }
  }
  return std::nullopt;
}

std::optional<ToolCall> ToolCallReader::parse(std::string_view body) const {
  const bool json = syntax_.form == ToolForm::hermes || syntax_.form == ToolForm::llama3;
  auto call = json ? read_json_call(body) : read_parted_call(body, syntax_);
  if (!call || std::ranges::find(names_, call->name) == names_.end()) return std::nullopt;
  return call;
}

// The first bytes are content, but for marks that are tokens.
void ToolCallReader::tell_content(std::size_t bytes, std::vector<Piece>& out) {
  for (std::size_t told = 0; told < bytes;) {
    const std::size_t mark = std::min(held_.find(mark_byte, told), bytes);
    if (mark > told) {
      out.push_back({.read = mark - told, .content = held_.substr(told, mark - told)});
    }
    const bool numbered = mark + 1 < bytes && held_[mark + 1] > 0 && held_[mark + 1] <= marks_max;
    told = std::min(mark + (numbered ? 2 : 1), bytes);
    if (told > mark) out.push_back({.read = told - mark, .content = {}});
  }
  held_.erase(0, bytes);
}

void ToolCallReader::pass_over(std::size_t bytes, std::vector<Piece>& out) {
  if (bytes > 0) out.push_back({.read = bytes, .content = {}});
  held_.erase(0, bytes);
}

// It is no call.
void ToolCallReader::give_up(std::size_t bytes, std::vector<Piece>& out) {
  tell_content(bytes, out);
  body_ = looked_ = 0;
  at_ = At::content;
}

}  // namespace seekd::model
