// ChoiceTalk: how one model is asked which pages are read next, over the rounds of one question.
//
// A model whose chat template has a form for tools is given three of them (search, read_pages,
// answer) and has to call one: its earlier calls, and what was shown to it for each, stand before
// as calls and results, as in its training (DeepSeek-V3.1 and later). The others reply with a line
// (page_choice.h), and see the newest list alone. What may be chosen is the same.
//
// Not thread-safe; owned by an Explorer.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/page_choice.h"
#include "daemon/answer/question.h"
#include "model/model.h"

namespace seekd::daemon {

enum class ChoiceForm : std::uint8_t {
  line,   // a line of text
  calls,  // a call of a tool
};

class ChoiceTalk {
 public:
  explicit ChoiceTalk(ChoiceForm form) : form_(form) {}

  // `searched`: what was searched for last; the talk begins with it.
  model::GenerateRequest ask(const Question& question, const Offers& offers,
                             std::string_view searched, TimePoint now);

  // Of the reply to what was asked last. nullopt: nothing that page_choice.h takes.
  std::optional<Choice> take(const model::Generation& said, const Offers& offers,
                             const Question& question);

 private:
  struct Step {
    model::ToolCall call;
    std::string shown;  // what came of it
  };

  model::GenerateRequest ask_for_call(const Question& question, const Offers& offers,
                                      TimePoint now) const;

  ChoiceForm form_;
  std::vector<Step> steps_;  // ChoiceForm::calls; the last one's result is the newest list
};

}  // namespace seekd::daemon
